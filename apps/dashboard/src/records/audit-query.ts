import { AUDIT_ACTIONS, type AuditAction } from '@redis-to-mongo/pipeline';
import { pathWith } from '../path-with.js';

/** The query of the page of actions. */
export interface AuditPageQuery {
  /** The start of their keys' names. */
  readonly search: string;
  readonly action: AuditAction | '';
  /** The page begins after the entry with this id. */
  readonly after: string;
}

const MAX_SEARCH = 200;

/** Reads a query from an address; what is not one counts as not given. */
export function parseAuditQuery(params: URLSearchParams): AuditPageQuery {
  const after = params.get('after') ?? '';
  return {
    search: (params.get('q') ?? '').slice(0, MAX_SEARCH),
    action: AUDIT_ACTIONS.find((each) => each === params.get('action')) ?? '',
    after: /^[0-9a-f]{24}$/.test(after) ? after : '',
  };
}

/** The address of a query, from the base. A change of anything but the place leads to the first page. */
export function auditQueryPath(query: AuditPageQuery, change: Partial<AuditPageQuery> = {}): string {
  const { search, action, after } = { ...query, after: '', ...change };
  return pathWith('audit', { q: search, action, after });
}
