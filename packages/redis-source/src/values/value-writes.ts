import type { Item, ValueType } from '@redis-to-mongo/key-types';
import {
  type DocumentShape,
  dateOf,
  type Element,
  type KeyState,
  keyBytes,
  type MembersWrite,
  type ReplaceWrite,
  SyncError,
  type ValueDocument,
  valueCollectionsOf,
  type Write,
} from '@redis-to-mongo/pipeline';
import type { FirstReading } from './first-reading.js';
import type { ItemReader } from './item-reader.js';
import type { ValueSettings } from './value-options.js';
import { type PassResult, ValuePass } from './value-pass.js';
import { parseValuePosition, type ValuePosition } from './value-position.js';

/** Bytes of a string that count as one member for maxAtomicMembers, the limit for reading a value whole. */
const BYTES_A_MEMBER = 1024;

/** A shape without other names. */
const OWN_NAMES: DocumentShape = { names: {} };

const formFields = new WeakMap<ValueType, readonly string[]>();

/** The fields that a type's documents have only in some forms. */
function formFieldsOf(type: ValueType): readonly string[] {
  const known = formFields.get(type);
  if (known) return known;
  const made = ['removeAt', 'first', 'mapped', 'rule', 'goneAt', ...type.shape.inline.fields];
  formFields.set(type, made);
  return made;
}

/** Makes the writes for a value, and the positions that hold after them. */
export class ValueWrites {
  readonly #names: Pick<ReplaceWrite, 'collection' | 'memberCollection' | 'formFields' | 'shape' | 'rule'>;

  /** @param state the state of the value's key: it decides the collections. */
  constructor(
    private readonly type: ValueType,
    private readonly reader: ItemReader,
    private readonly settings: ValueSettings,
    state: KeyState,
  ) {
    const { collection, memberCollection } = valueCollectionsOf(type.names, state);
    this.#names = {
      collection,
      memberCollection,
      formFields: formFieldsOf(type),
      // An _id made by a rule stays for the whole incarnation. Only a document in a shape then shows its key.
      shape: settings.shape ?? (state.documentId ? OWN_NAMES : undefined),
      rule: settings.rule,
    };
  }

  /** One document with all items. */
  inline(
    state: KeyState,
    seen: PassResult & Pick<FirstReading, 'weight'> & Pick<ValuePosition, 'checksum'>,
    items: readonly Item[],
    last: ValuePosition | undefined,
  ): { write: ReplaceWrite; position: () => ValuePosition } {
    const { expiresAt } = seen;
    const { goneMs } = this.settings;
    const document = Object.assign(
      this.#manifest(state, seen, 'inline'),
      goneMs !== null && expiresAt !== null ? { removeAt: dateOf(expiresAt + goneMs) } : undefined,
      this.type.shape.inline.document(items),
    );
    const position = positionOf(seen, 'inline');
    return {
      write: {
        kind: 'replace',
        ...this.#names,
        document,
        // If this is not known, the sink finds out.
        hasMembers: last?.form === 'members',
        bytes: seen.weight,
      },
      position: () => position,
    };
  }

  /** One document per item; only differences are written. The sink reads the items itself, through `scan`. */
  members(
    state: KeyState,
    seen: FirstReading,
    last: ValuePosition | undefined,
  ): { write: MembersWrite; position: () => ValuePosition } {
    let settled: PassResult = seen;
    const scan = (how: 'paged' | 'atomic') => {
      const pass = new ValuePass(this.type.shape, undefined, seen.frame?.first ?? 0);
      return this.#scan(keyBytes(state.key), how, pass, (result) => {
        settled = result;
      });
    };
    return {
      write: {
        kind: 'members',
        ...this.#names,
        layout: seen.layout,
        hint: seen.buckets,
        isTrusted: last?.form === 'members',
        history: this.#hasHistory,
        scan,
        manifest: () => this.#manifest(state, settled, 'members'),
      },
      position: () => positionOf(settled, 'members'),
    };
  }

  /** The write for a value whose key is gone. */
  gone(state: KeyState): Write {
    const { goneMs } = this.settings;
    const left: ValueDocument = {
      ...place(state),
      active: false,
      size: 0,
      expiresAt: state.expiresAt,
      ...(goneMs === null ? {} : { removeAt: dateOf(Date.now() + goneMs) }),
    };
    const form = parseValuePosition(state.position)?.form;
    // If the form is not known, there may be members.
    const keepsHistory = this.#hasHistory && form !== 'inline';
    if (this.settings.isMarked && !keepsHistory) {
      const { size: _, ...kept } = left;
      const document = { ...kept, goneAt: new Date() };
      return { kind: 'replace', ...this.#names, document, isMark: true, hasMembers: false, bytes: 0 };
    }
    if (keepsHistory)
      return {
        kind: 'members',
        ...this.#names,
        layout: { kind: 'hashed', bits: 0 },
        hint: undefined,
        isTrusted: true,
        history: true,
        scan: undefined,
        manifest: () => left,
      };
    const document = { ...left, form: 'inline', ...this.type.shape.inline.document(undefined) };
    return { kind: 'replace', ...this.#names, document, hasMembers: form !== 'inline', bytes: 0 };
  }

  get #hasHistory(): boolean {
    return this.settings.membershipHistory && this.type.hasHistory;
  }

  #manifest(state: KeyState, seen: PassResult, form: ValuePosition['form']): Record<string, unknown> {
    const { stream, type, incarnation } = state;
    const size = this.type.source.size?.of === 'items' ? seen.items : seen.bytes;
    const expiresAt = seen.expiresAt === null ? null : dateOf(seen.expiresAt);
    const manifest = { stream, type, incarnation, active: true, form, size, expiresAt };
    if (form === 'inline') return manifest;
    return {
      ...manifest,
      ...(seen.frame ? { first: seen.frame.first } : {}),
      ...(seen.left > 0 ? { mapped: { left: seen.left } } : {}),
      ...(this.settings.rule === undefined ? {} : { rule: this.settings.rule }),
    };
  }

  async *#scan(
    key: Buffer,
    how: 'paged' | 'atomic',
    pass: ValuePass,
    settle: (result: PassResult) => void,
  ): AsyncGenerator<readonly Element[], boolean> {
    if (how === 'atomic') await this.#refuseIfHuge(key);
    const pages = this.reader[how](key);
    try {
      for (;;) {
        const page = await pages.next();
        if (page.done) {
          if (page.value.isGone)
            throw new SyncError('KEY_GONE', 'overtaken', 'the key was deleted while it was read');
          if (page.value.isWhole) settle(pass.end(page.value));
          return page.value.isWhole;
        }
        yield page.value.flatMap((item) => pass.add(item));
      }
    } finally {
      await pages.return({ isWhole: false, isGone: false, expiresAt: null });
    }
  }

  /** @throws SyncError VALUE_KEEPS_CHANGING */
  async #refuseIfHuge(key: Buffer): Promise<void> {
    const size = (await this.reader.size(key)) ?? 0;
    const members = this.type.source.size?.of === 'bytes' ? size / BYTES_A_MEMBER : size;
    if (members <= this.settings.maxAtomicMembers) return;
    throw new SyncError(
      'VALUE_KEEPS_CHANGING',
      'unknown',
      `the value changed during every read in pages, and with ${size} ${this.type.source.size?.of} it is above ` +
        `the limit (${this.settings.maxAtomicMembers}) for reading it with one command: raise VALUE_ATOMIC_MEMBERS; the next job tries again`,
    );
  }
}

function place({ stream, type, incarnation }: KeyState): ValueDocument {
  return { stream, type, incarnation };
}

function positionOf(
  { digest, items, bytes, expiresAt, frame, checksum }: PassResult & Pick<ValuePosition, 'checksum'>,
  form: ValuePosition['form'],
): ValuePosition {
  return { form, digest, items, bytes, expiresAt, frame: form === 'members' ? frame : undefined, checksum };
}
