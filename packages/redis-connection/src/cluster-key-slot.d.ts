declare module 'cluster-key-slot' {
  /**
   * The slot of a key, 0 to 16383.
   * Source: https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/
   */
  export default function calculateSlot(key: string | Buffer): number;
}
