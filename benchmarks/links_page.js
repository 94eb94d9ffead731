// What comes over the page's link and is played of it. Used as window.links.
(() => {
  if (window.links) return;
  const Own = window.RTCPeerConnection;
  const made = [];
  window.RTCPeerConnection = class extends Own {
    constructor(...given) {
      super(...given);
      made.push(this);
    }
  };
  const videoOf = (slot) => document.querySelector(`video[data-slot="${slot}"]`);
  // A picture that is off is not in the page, and its track goes on.
  const tracks = {};
  const trackOf = (slot) => {
    const elements = [...document.querySelectorAll(`[data-slot="${slot}"]`)];
    const found = elements.map((element) => element.srcObject?.getTracks()[0]?.id).find(Boolean);
    tracks[slot] = found ?? tracks[slot];
    return tracks[slot];
  };

  /** Every frame that was shown in a slot: when, in ms of this page, and how wide. */
  const shown = {};
  let recorder = null;

  window.links = {
    /** What getStats says of a slot; null before anything has come. */
    async inbound(slot) {
      const id = trackOf(slot);
      for (const pc of made) {
        if (pc.connectionState !== 'connected') continue;
        for (const entry of (await pc.getStats()).values()) {
          if (entry.type === 'inbound-rtp' && entry.trackIdentifier === id) return { ...entry };
        }
      }
      return null;
    },

    watch(slot) {
      const element = videoOf(slot);
      const frames = [];
      shown[slot] = frames;
      const next = (now, { width }) => {
        if (shown[slot] !== frames) return;
        frames.push([now, width]);
        element.requestVideoFrameCallback(next);
      };
      element.requestVideoFrameCallback(next);
    },

    now: () => performance.now(),
    shown: (slot) => shown[slot],

    /** Everything the page plays, mixed. */
    record() {
      const context = new AudioContext({ sampleRate: 48000 });
      const mixed = context.createMediaStreamDestination();
      for (const element of document.querySelectorAll('audio[data-slot]')) {
        if (element.srcObject) context.createMediaStreamSource(element.srcObject).connect(mixed);
      }
      void context.resume();
      const parts = [];
      recorder = new MediaRecorder(mixed.stream, { audioBitsPerSecond: 128000 });
      recorder.ondataavailable = ({ data }) => parts.push(data);
      recorder.done = new Promise((resolve) => {
        recorder.onstop = () => resolve(new Blob(parts));
      });
      recorder.start(1000);
    },

    /** The recording, base64. */
    async recorded() {
      recorder.stop();
      const blob = await recorder.done;
      const reader = new FileReader();
      const read = new Promise((resolve) => { reader.onload = resolve; });
      reader.readAsDataURL(blob);
      await read;
      return reader.result.split(',')[1];
    },
  };
})();
