import { flag, host, passwordHash, port, text } from '../option.js';

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
  DASHBOARD_READ_ONLY: flag({ doc: 'Show everything, change nothing.', default: false }),
};
