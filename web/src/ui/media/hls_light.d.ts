/** The light build ships no types of its own; what it has is a part of the full one. */
declare module 'hls.js/light' {
  export { default } from 'hls.js';
}
