import { basePath, flag, host, httpUrl, passwordHash, port, proxies, text } from '../option.js';

/** The dashboard and its login. */
export const DASHBOARD_OPTIONS = {
  DASHBOARD_HOST: host({
    doc: 'Address on which the dashboard listens. An address that others can reach needs a password.',
    default: '127.0.0.1',
  }),
  DASHBOARD_PORT: port({ doc: 'Port of the dashboard. 0 is any free port.', default: 8080, min: 0 }),
  DASHBOARD_USERNAME: text({ doc: 'User name for the login.', default: 'admin', notEmpty: true }),
  DASHBOARD_PASSWORD: text({
    doc: 'Password for the login. If neither it nor its hash is set, the dashboard makes one up at each start: it shows it on the terminal or, without a terminal, in a file that the log names.',
    sensitive: true,
  }),
  DASHBOARD_PASSWORD_HASH: passwordHash({
    doc: 'Hash of the password, in place of `DASHBOARD_PASSWORD`: scrypt in the PHC form, `$scrypt$ln=15,r=8,p=1$<salt>$<hash>`, both in base64. `redis-to-mongo hash-password` prints it.',
    sensitive: true,
  }),
  DASHBOARD_TRUSTED_PROXIES: proxies({
    doc: 'Addresses or ranges of trusted proxies in front of the dashboard: their `X-Forwarded-For`, `-Proto` and `-Host` are used. They must set these headers themselves, and must not forward those of a client.',
    default: [],
    unset: 'none',
  }),
  DASHBOARD_BASE_PATH: basePath({
    doc: 'The path below which a proxy serves the dashboard, such as `/mirror`. The proxy may remove the path or keep it.',
    default: '',
    unset: 'none',
  }),
  DASHBOARD_SHOW_VALUES: flag({
    doc: 'Whether pages show the values of keys and dead letters. Each view is logged, and kept in `audit`.',
    default: false,
  }),
  DASHBOARD_GRAFANA_URL: httpUrl({
    doc: 'URL of your Prometheus charts. Each page links to it.',
    unset: 'none',
  }),
  DASHBOARD_READ_ONLY: flag({ doc: 'Show everything, allow no changes.', default: false }),
};
