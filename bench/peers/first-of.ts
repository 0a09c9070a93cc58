import { AbsentError, type Peer } from './peer.js';

/** The first of these that is here. */
export function firstOf(candidates: readonly Peer[]): Peer {
  let chosen: Peer;
  return {
    async open() {
      let absent: AbsentError | undefined;
      for (chosen of candidates) {
        try {
          return await chosen.open();
        } catch (error) {
          await chosen.close();
          if (!(error instanceof AbsentError)) throw error;
          absent ??= error;
        }
      }
      throw absent;
    },
    load: problem => chosen.load(problem),
    run: iterations => chosen.run(iterations),
    unload: () => chosen.unload(),
    close: () => chosen.close(),
  };
}
