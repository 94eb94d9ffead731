// What a page shows and sounds like, measured from its media elements. Used as window.probe.
(() => {
  if (window.probe) return;
  const context = new AudioContext({ sampleRate: 48000 });
  const listeners = new Map();

  function listener(track) {
    const known = listeners.get(track.id);
    if (known) return known;
    const analyser = context.createAnalyser();
    analyser.fftSize = 8192;
    analyser.smoothingTimeConstant = 0;
    context.createMediaStreamSource(new MediaStream([track])).connect(analyser);
    listeners.set(track.id, analyser);
    return analyser;
  }

  function heardTracks() {
    const found = new Map();
    for (const element of document.querySelectorAll('audio, video')) {
      const stream = element.srcObject;
      if (element.muted || element.paused || !(stream instanceof MediaStream)) continue;
      for (const track of stream.getAudioTracks()) {
        if (track.readyState === 'live' && track.enabled) found.set(track.id, track);
      }
    }
    return [...found.values()];
  }

  function picture(element) {
    const canvas = document.createElement('canvas');
    canvas.width = 64;
    canvas.height = 36;
    const brush = canvas.getContext('2d', { willReadFrequently: true });
    brush.drawImage(element, 0, 0, 64, 36);
    return brush.getImageData(0, 0, 64, 36).data;
  }

  window.probe = {
    /** How strongly each frequency is heard in what the page plays: dB over the median band. */
    tones(frequencies) {
      void context.resume();
      const loudest = frequencies.map(() => -Infinity);
      for (const track of heardTracks()) {
        const analyser = listener(track);
        const bins = new Float32Array(analyser.frequencyBinCount);
        analyser.getFloatFrequencyData(bins);
        const floor = [...bins].filter(Number.isFinite).sort((a, b) => a - b)[bins.length >> 1] ?? -200;
        frequencies.forEach((frequency, index) => {
          const bin = Math.round(frequency / (context.sampleRate / analyser.fftSize));
          const level = Math.max(...bins.slice(bin - 2, bin + 3));
          if (level > -70) loudest[index] = Math.max(loudest[index], level - floor);
        });
      }
      return loudest.map((level) => (Number.isFinite(level) ? level : 0));
    },

    /** Mean colour and amount of change of every visible video between two looks. */
    async videos(selector = 'video', gapMs = 400) {
      const seen = [...document.querySelectorAll(selector)]
        .filter((element) => element.readyState >= 2 && element.videoWidth > 0
          && element.getBoundingClientRect().width > 0);
      const before = seen.map(picture);
      await new Promise((resolve) => { setTimeout(resolve, gapMs); });
      return seen.map((element, index) => {
        const now = picture(element);
        let change = 0;
        const mean = [0, 0, 0];
        for (let at = 0; at < now.length; at += 4) {
          for (let part = 0; part < 3; part += 1) {
            change += Math.abs(now[at + part] - before[index][at + part]);
            mean[part] += now[at + part];
          }
        }
        const pixels = now.length / 4;
        // The background of a fake camera: its commonest corner colour.
        const corner = [now[0], now[1], now[2]];
        return {
          change: change / pixels / 3,
          mean: mean.map((total) => total / pixels),
          corner,
          width: element.videoWidth,
          height: element.videoHeight,
          time: element.currentTime,
        };
      });
    },
  };
})();
