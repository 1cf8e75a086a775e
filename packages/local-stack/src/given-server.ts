import { LocalStackError } from './local-stack-error.js';

/**
 * A server that was given by its address. It can be used, but not killed or restarted,
 * and stop() does not stop it.
 */
export function givenServer(name: string, address: string, defaultPort: number) {
  const notOurs = async (): Promise<never> => {
    throw new LocalStackError(
      'LOCAL_STACK_NOT_OURS',
      `this ${name} was given by its address and is not restarted; leave the address out to have one started`,
    );
  };
  return {
    // An address with several hosts is not a URL. Its port is never used.
    port: Number((URL.canParse(address) && new URL(address).port) || defaultPort),
    pid: undefined,
    kind: `${name} given by its address`,
    kill: notOurs,
    restart: notOurs,
    stop: async () => {},
  };
}
