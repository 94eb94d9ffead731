/** A track made from another; stopping it leaves the raw one running. */
export interface ProcessedTrack {
  track: MediaStreamTrack;
  stop: () => void;
}
