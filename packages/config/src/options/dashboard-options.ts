import { basePath, flag, host, httpUrl, passwordHash, port, proxies, text } from '../option.js';

/** The dashboard and its login. */
export const DASHBOARD_OPTIONS = {
  DASHBOARD_HOST: host({
    doc: 'Address on which the dashboard listens. One that others can reach needs a password.',
    default: '127.0.0.1',
  }),
  DASHBOARD_PORT: port({ doc: 'Port of the dashboard. 0 is any free port.', default: 8080, min: 0 }),
  DASHBOARD_USERNAME: text({ doc: 'Name to log in with.', default: 'admin', notEmpty: true }),
  DASHBOARD_PASSWORD: text({ doc: 'Password to log in with.', sensitive: true }),
  DASHBOARD_PASSWORD_HASH: passwordHash({
    doc: 'Hash of the password, in place of `DASHBOARD_PASSWORD`: scrypt in the PHC form, `$scrypt$ln=15,r=8,p=1$<salt>$<hash>`, both in base64.',
    sensitive: true,
  }),
  DASHBOARD_TRUSTED_PROXIES: proxies({
    doc: 'Proxies in front of the dashboard whose `X-Forwarded-For`, `-Proto` and `-Host` are believed: their addresses or ranges. They must set these headers themselves, and pass on none that a client sent.',
    default: [],
    unset: 'none',
  }),
  DASHBOARD_BASE_PATH: basePath({
    doc: 'The path below which a proxy serves the dashboard, such as `/mirror`; whether the proxy takes it away or passes it on makes no difference.',
    default: '',
    unset: 'none',
  }),
  DASHBOARD_SHOW_VALUES: flag({
    doc: 'Whether pages show what keys and dead letters hold. Each look is logged, and kept in `audit`.',
    default: false,
  }),
  DASHBOARD_GRAFANA_URL: httpUrl({
    doc: 'Where the charts of Prometheus are: each page links there.',
    unset: 'none',
  }),
  DASHBOARD_READ_ONLY: flag({ doc: 'Show everything, change nothing.', default: false }),
};
