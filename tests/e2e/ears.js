// What a page receives and rings, measured to the sample; put in place before the page's own code.
(() => {
  if (window.ears) return;
  const SIZE = 16384; // 0.34 s
  const BELL_HZ = 880;
  const peers = [];
  const Own = window.RTCPeerConnection;
  window.RTCPeerConnection = class extends Own {
    constructor(...given) {
      super(...given);
      peers.push(this);
    }
  };

  const hann = (size) =>
    Float32Array.from({ length: size }, (_, at) => 0.5 - 0.5 * Math.cos((2 * Math.PI * at) / (size - 1)));
  const windows = new Map();

  /** dB of a tone against full scale, in seven bins around its frequency. */
  function level(samples, hertz, rate) {
    const size = samples.length;
    if (!windows.has(size)) windows.set(size, hann(size));
    const shape = windows.get(size);
    const middle = Math.round((hertz * size) / rate);
    let loudest = 1e-10;
    for (let bin = middle - 3; bin <= middle + 3; bin += 1) {
      const step = (2 * Math.PI * bin) / size;
      const factor = 2 * Math.cos(step);
      let before = 0;
      let last = 0;
      for (let at = 0; at < size; at += 1) {
        const next = shape[at] * samples[at] + factor * last - before;
        before = last;
        last = next;
      }
      const power = last * last + before * before - factor * last * before;
      loudest = Math.max(loudest, Math.sqrt(Math.max(power, 0)) / (size / 4));
    }
    return 20 * Math.log10(loudest);
  }

  // ---- bells -----------------------------------------------------------------------------------
  const rung = { strokes: 0, peak: -200 };
  const taps = new Map();
  const start = OscillatorNode.prototype.start;
  OscillatorNode.prototype.start = function started(...given) {
    if (this.frequency.value === BELL_HZ) rung.strokes += 1;
    return start.apply(this, given);
  };
  const connect = AudioNode.prototype.connect;
  AudioNode.prototype.connect = function connected(target, ...rest) {
    if (target === this.context.destination && !(this instanceof AnalyserNode)) {
      if (!taps.has(this.context)) {
        const tap = this.context.createAnalyser();
        tap.fftSize = 8192;
        taps.set(this.context, tap);
      }
      connect.call(this, taps.get(this.context));
    }
    return connect.call(this, target, ...rest);
  };
  setInterval(() => {
    for (const [context, tap] of taps) {
      const samples = new Float32Array(tap.fftSize);
      tap.getFloatTimeDomainData(samples);
      if (samples.some((one) => one !== 0)) {
        rung.peak = Math.max(rung.peak, level(samples, BELL_HZ, context.sampleRate));
      }
    }
  }, 60);

  // ---- voices ----------------------------------------------------------------------------------
  let context = null;
  const analysers = new Map();

  function receivers() {
    return peers
      .filter((peer) => peer.connectionState !== 'closed')
      .flatMap((peer) => peer.getReceivers())
      .filter(({ track }) => track.kind === 'audio' && track.readyState === 'live');
  }

  function listen() {
    context ??= new AudioContext({ sampleRate: 48000 });
    void context.resume();
    for (const { track } of receivers()) {
      if (analysers.has(track.id)) continue;
      const analyser = context.createAnalyser();
      analyser.fftSize = SIZE;
      context.createMediaStreamSource(new MediaStream([track])).connect(analyser);
      analysers.set(track.id, analyser);
    }
  }

  function levels(hertz) {
    const loudest = hertz.map(() => -200);
    for (const analyser of analysers.values()) {
      const samples = new Float32Array(SIZE);
      analyser.getFloatTimeDomainData(samples);
      if (!samples.some((one) => Math.abs(one) > 1e-5)) continue;
      hertz.forEach((one, index) => {
        loudest[index] = Math.max(loudest[index], level(samples, one, 48000));
      });
    }
    return loudest;
  }

  const pause = (ms) => new Promise((resolve) => { setTimeout(resolve, ms); });

  /** Until what was sent up to these timestamps (by SSRC) has been played, or has dried up. */
  async function past(fences) {
    let seen = '';
    let since = performance.now();
    for (;;) {
      const now = new Map();
      for (const receiver of receivers()) {
        for (const { source, rtpTimestamp } of receiver.getSynchronizationSources()) {
          now.set(source, rtpTimestamp);
        }
      }
      const behind = fences.filter(
        ([source, timestamp]) => now.has(source) && ((now.get(source) - timestamp) | 0) < 0,
      );
      if (behind.length === 0) return;
      const state = JSON.stringify(behind.map(([source]) => now.get(source)));
      if (state !== seen) {
        seen = state;
        since = performance.now();
      } else if (performance.now() - since > 400) return;
      await pause(15);
    }
  }

  window.ears = {
    listen,
    level,
    levels,
    rung,
    /** The loudest each tone is in what was sent after the fences. */
    async after(fences, hertz, waitMs) {
      listen();
      await past(fences);
      await pause(waitMs);
      return levels(hertz);
    },
    async heard(hertz, overDb) {
      listen();
      const until = performance.now() + 30_000;
      while (performance.now() < until) {
        if (levels(hertz).every((one) => one > overDb)) return true;
        await pause(60);
      }
      return false;
    },
  };
})();
