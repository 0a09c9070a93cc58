/** Let the event loop run if `intervalMs` have passed since it last did: long float64 work must not freeze a page. */
export function pauser(intervalMs = 30): () => Promise<void> | undefined {
  let last = performance.now();
  return () => {
    if (performance.now() - last < intervalMs) return undefined;
    return new Promise(resolve => {
      setTimeout(() => {
        last = performance.now();
        resolve();
      }, 0);
    });
  };
}
