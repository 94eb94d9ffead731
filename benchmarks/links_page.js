// What comes over the page's link and is played of it. Used as window.links.
(() => {
  if (window.links) return;
  const LOOK = `
    const whole = {};
    onrtctransform = ({ transformer }) => {
      const frames = (whole[transformer.options.track] = []);
      const look = new TransformStream({
        transform(frame, controller) {
          frames.push([frame.getMetadata().rtpTimestamp, performance.timeOrigin + performance.now()]);
          controller.enqueue(frame);
        },
      });
      transformer.readable.pipeThrough(look).pipeTo(transformer.writable);
    };
    onmessage = ({ data }) => postMessage(whole[data] ?? []);
  `;
  let looking = null;
  const Own = window.RTCPeerConnection;
  const made = [];
  window.RTCPeerConnection = class extends Own {
    constructor(...given) {
      super(...given);
      made.push(this);
    }

    addTransceiver(...given) {
      const made = super.addTransceiver(...given);
      const { receiver } = made;
      if (window.linksLook && receiver.track.kind === 'video') {
        // Later than now, a receiver that has begun passes its frames by.
        looking ??= new Worker(URL.createObjectURL(new Blob([LOOK])));
        receiver.transform = new RTCRtpScriptTransform(looking, { track: receiver.track.id });
      }
      return made;
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
      const next = (now, { width, presentationTime, rtpTimestamp }) => {
        if (shown[slot] !== frames) return;
        frames.push([now, width, rtpTimestamp, presentationTime]);
        element.requestVideoFrameCallback(next);
      };
      element.requestVideoFrameCallback(next);
    },

    /** Every frame a slot's decoder was offered, whole: [RTP timestamp, ms of this page]; with
     * window.linksLook. */
    whole(slot) {
      return new Promise((resolve) => {
        looking.onmessage = ({ data }) =>
          resolve(data.map(([timestamp, at]) => [timestamp, at - performance.timeOrigin]));
        looking.postMessage(trackOf(slot));
      });
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
