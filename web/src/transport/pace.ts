/** Says when a machine cannot keep up with drawing every frame anew. */

const SLOW_MS = 100;
const LOOKED_AT_MS = 6000;
const AT_LEAST = 10;
/** The first frames load and compile the model and say nothing of the ones to come. */
const WARM_UP = 3;
/** The page stands still meanwhile, and the connection with it: two of these are enough. */
const HOPELESS_MS = 800;

export class Pace {
  private frames: { at: number; took: number }[] = [];
  private warmUp = WARM_UP;
  private hopeless = 0;

  /** A frame took so long; true when, for seconds now, most have taken too long. */
  isTooSlow(at: number, took: number): boolean {
    if (this.warmUp > 0) {
      this.warmUp -= 1;
      return false;
    }
    this.hopeless = took > HOPELESS_MS ? this.hopeless + 1 : 0;
    if (this.hopeless >= 2) return true;
    this.frames.push({ at, took });
    const first = this.frames[0];
    if (!first || at - first.at < LOOKED_AT_MS) return false;
    this.frames = this.frames.filter((one) => at - one.at <= LOOKED_AT_MS);
    const slow = this.frames.filter((one) => one.took > SLOW_MS).length;
    return this.frames.length >= AT_LEAST && slow > this.frames.length / 2;
  }
}
