/** Let the event loop run: input is handled, and a frame may be painted. */
export const nextTask = (milliseconds = 0) => new Promise<void>(resolve => setTimeout(resolve, milliseconds));

/** After the next frame; in a hidden tab, where there are no frames, a little later. */
export const nextFrame = () =>
  Promise.race([new Promise<void>(resolve => requestAnimationFrame(() => resolve())), nextTask(100)]);
