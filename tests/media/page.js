// A page with the fixed slots of the classroom and nothing else. window.room is driven by the test.
"use strict";

const SLOTS = [
  ["stage_audio", "audio"], ["stage", "video"], ["screen_audio", "audio"], ["screen", "video"],
  ["audio0", "audio"], ["audio1", "audio"], ["audio2", "audio"],
  ["gallery0", "video"], ["gallery1", "video"],
];
const LAYERS = [
  { rid: "q", scaleResolutionDownBy: 4, maxBitrate: 150_000 },
  { rid: "h", scaleResolutionDownBy: 2, maxBitrate: 500_000 },
  { rid: "f", scaleResolutionDownBy: 1, maxBitrate: 1_500_000 },
];

function only(kind, names) {
  const found = RTCRtpReceiver.getCapabilities(kind).codecs.filter((codec) =>
    names.includes(codec.mimeType.toLowerCase()));
  return found;
}

const room = {
  pc: null,
  media: {},
  analysers: {},
  previous: {},

  /** A tone as microphone: tests tell people apart by its frequency. */
  tone(hertz) {
    this.context ??= new AudioContext();
    const oscillator = this.context.createOscillator();
    oscillator.frequency.value = hertz;
    const gain = this.context.createGain();
    gain.gain.value = 0.3;
    const out = this.context.createMediaStreamDestination();
    oscillator.connect(gain).connect(out);
    oscillator.start();
    return out.stream.getAudioTracks()[0];
  },

  /** Encoded with simulcast where `layers` says so; Chromium wants 960 x 540 for three. */
  async picture(width, height, colour) {
    const canvas = document.createElement("canvas");
    canvas.width = width;
    canvas.height = height;
    const paint = canvas.getContext("2d");
    let step = 0;
    setInterval(() => {
      paint.fillStyle = colour;
      paint.fillRect(0, 0, width, height);
      paint.fillStyle = "#fff";
      paint.fillRect((step * 12) % width, 0, width / 8, height);
      step += 1;
    }, 66);
    return canvas.captureStream(15).getVideoTracks()[0];
  },

  async join({ name, hertz, colour, layers = true, width = 960, height = 540, video = ["video/vp8", "video/rtx"] }) {
    const pc = new RTCPeerConnection({ bundlePolicy: "max-bundle" });
    this.pc = pc;
    const tracks = {};
    const slots = {};
    const sending = [];
    if (hertz) {
      sending.push(["microphone", pc.addTransceiver(this.tone(hertz), { direction: "sendonly" })]);
    }
    if (colour) {
      const track = await this.picture(width, height, colour);
      const transceiver = pc.addTransceiver(track, {
        direction: "sendonly",
        ...(layers ? { sendEncodings: LAYERS.map((layer) => ({ ...layer })) } : {}),
      });
      transceiver.setCodecPreferences(only("video", video));
      sending.push(["camera", transceiver]);
    }
    const receiving = SLOTS.map(([slot, kind]) => {
      const transceiver = pc.addTransceiver(kind, { direction: "recvonly" });
      const codecs = kind === "video" ? video : ["audio/opus"];
      transceiver.setCodecPreferences(only(kind, codecs));
      return [slot, kind, transceiver];
    });
    await pc.setLocalDescription();
    await new Promise((done) => {
      if (pc.iceGatheringState === "complete") done();
      pc.onicegatheringstatechange = () => pc.iceGatheringState === "complete" && done();
      setTimeout(done, 1000);
    });
    for (const [kind, transceiver] of sending) tracks[transceiver.mid] = kind;
    for (const [slot, kind, transceiver] of receiving) {
      slots[transceiver.mid] = slot;
      const element = document.createElement(kind);
      element.autoplay = true;
      element.srcObject = new MediaStream([transceiver.receiver.track]);
      document.getElementById("slots").append(element);
      this.media[slot] = { element, transceiver };
    }
    const answer = await (await fetch("/open", {
      method: "POST",
      body: JSON.stringify({ name, sdp: pc.localDescription.sdp, tracks, slots }),
    })).json();
    if (answer.error) throw new Error(answer.error);
    await pc.setRemoteDescription({ type: "answer", sdp: answer.sdp });
    await new Promise((done, fail) => {
      const look = () => {
        if (pc.connectionState === "connected") done();
        if (pc.connectionState === "failed") {
          const dtls = pc.getTransceivers()[0].sender.transport?.state;
          fail(new Error(`connection failed: ICE ${pc.iceConnectionState}, DTLS ${dtls}`));
        }
      };
      pc.onconnectionstatechange = look;
      look();
    });
    for (const { element } of Object.values(this.media)) element.play().catch(() => {});
    return { tracks, slots };
  },

  async inbound(slot) {
    const stats = await this.media[slot].transceiver.receiver.getStats();
    for (const entry of stats.values()) {
      if (entry.type === "inbound-rtp") {
        const { framesDecoded, freezeCount, totalFreezesDuration, packetsReceived, packetsLost,
          frameWidth, keyFramesDecoded, framesDropped, pliCount, nackCount, concealedSamples,
          totalSamplesReceived, totalAudioEnergy } = entry;
        return { framesDecoded, freezeCount, totalFreezesDuration, packetsReceived, packetsLost,
          frameWidth, keyFramesDecoded, framesDropped, pliCount, nackCount, concealedSamples,
          totalSamplesReceived, totalAudioEnergy };
      }
    }
    return {};
  },

  async outbound() {
    const found = {};
    for (const entry of (await this.pc.getStats()).values()) {
      if (entry.type === "outbound-rtp" && entry.kind === "video") {
        found[entry.rid ?? ""] = { framesEncoded: entry.framesEncoded, width: entry.frameWidth,
          bitrate: entry.targetBitrate, reason: entry.qualityLimitationReason };
      }
      if (entry.type === "candidate-pair" && entry.nominated) {
        found.available = entry.availableOutgoingBitrate;
      }
    }
    return found;
  },

  /** Mean colour, and how much the picture differs from the last look (0…255). */
  look(slot) {
    const { element } = this.media[slot];
    if (!element.videoWidth) return null;
    const canvas = document.createElement("canvas");
    canvas.width = 48;
    canvas.height = 27;
    const paint = canvas.getContext("2d", { willReadFrequently: true });
    paint.drawImage(element, 0, 0, 48, 27);
    const { data } = paint.getImageData(0, 0, 48, 27);
    const mean = [0, 0, 0];
    let moved = 0;
    const before = this.previous[slot];
    for (let i = 0; i < data.length; i += 4) {
      for (let c = 0; c < 3; c += 1) mean[c] += data[i + c];
      if (before) moved += Math.abs(data[i] - before[i]) + Math.abs(data[i + 2] - before[i + 2]);
    }
    this.previous[slot] = data;
    const pixels = data.length / 4;
    return { mean: mean.map((sum) => sum / pixels), moved: moved / pixels, width: element.videoWidth };
  },

  /** The loudest frequency in a slot, in hertz, 0 when it is silent. */
  hear(slot) {
    this.context ??= new AudioContext();
    if (!this.analysers[slot]) {
      const analyser = this.context.createAnalyser();
      analyser.fftSize = 4096;
      this.context.createMediaStreamSource(this.media[slot].element.srcObject).connect(analyser);
      this.analysers[slot] = analyser;
    }
    const analyser = this.analysers[slot];
    const bins = new Float32Array(analyser.frequencyBinCount);
    analyser.getFloatFrequencyData(bins);
    let best = 0;
    for (let i = 1; i < bins.length; i += 1) if (bins[i] > bins[best]) best = i;
    return bins[best] > -70 ? (best * this.context.sampleRate) / analyser.fftSize : 0;
  },
};
window.room = room;
