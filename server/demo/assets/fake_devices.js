// Devices for a page without any: put in place of navigator.mediaDevices before the page's own code.
//
// The microphone is a WebAudio graph: a tone of its own, and whatever `play` is given. The camera is
// a canvas whose picture moves in every frame; `flash` makes both flash and beep at the same instants.
// Settings come as window.__fakeDevices = {toneHz, toneGain, colour, label, width, height, rate}.
(() => {
  const settings = {
    toneHz: 0, toneGain: 0.2, colour: '#3b82c4', label: '', width: 640, height: 360, rate: 12,
    ...(window.__fakeDevices ?? {}),
  };
  let context = null;
  let bus = null;
  let flashUntil = 0;

  function audio() {
    if (context === null) {
      context = new AudioContext({ sampleRate: 48000, latencyHint: 'interactive' });
      bus = context.createGain();
      if (settings.toneHz > 0) {
        const tone = context.createOscillator();
        const level = context.createGain();
        tone.frequency.value = settings.toneHz;
        level.gain.value = settings.toneGain;
        tone.connect(level).connect(bus);
        tone.start();
      } else {
        // A source that never ends keeps the track flowing while nobody speaks.
        const silence = context.createConstantSource();
        silence.offset.value = 0;
        silence.connect(bus);
        silence.start();
      }
    }
    void context.resume();
    return context;
  }

  function microphoneTrack() {
    const destination = audio().createMediaStreamDestination();
    destination.channelCount = 1;
    bus.connect(destination);
    const track = destination.stream.getAudioTracks()[0];
    return dress(track, 'fake-microphone', 'Microphone');
  }

  function dress(track, deviceId, label) {
    Object.defineProperty(track, 'label', { value: label });
    const own = track.getSettings.bind(track);
    track.getSettings = () => ({ ...own(), deviceId, groupId: 'fake' });
    return track;
  }

  function draw(canvas, paint, label, deviceId) {
    const brush = canvas.getContext('2d', { alpha: false });
    const timer = setInterval(() => paint(brush, performance.now() / 1000), 1000 / settings.rate);
    paint(brush, performance.now() / 1000);
    const track = canvas.captureStream(settings.rate).getVideoTracks()[0];
    const stop = track.stop.bind(track);
    track.stop = () => { clearInterval(timer); stop(); };
    return dress(track, deviceId, label);
  }

  function canvasOf(width, height) {
    const canvas = document.createElement('canvas');
    canvas.width = width;
    canvas.height = height;
    return canvas;
  }

  function cameraTrack() {
    const { width, height } = settings;
    return draw(canvasOf(width, height), (brush, at) => {
      if (performance.now() < flashUntil) {
        brush.fillStyle = '#ffffff';
        brush.fillRect(0, 0, width, height);
        return;
      }
      brush.fillStyle = isFlashing ? '#000000' : settings.colour;
      brush.fillRect(0, 0, width, height);
      if (isFlashing) return;
      brush.fillStyle = '#f5f1e6';
      const x = (0.5 + 0.4 * Math.sin(at * 2)) * width;
      const y = (0.45 + 0.3 * Math.cos(at * 3)) * height;
      brush.beginPath();
      brush.arc(x, y, height * 0.16, 0, 7);
      brush.fill();
      brush.font = `${Math.round(height / 10)}px sans-serif`;
      brush.fillText(settings.label, width * 0.03, height * 0.95);
    }, 'Camera', 'fake-camera');
  }

  function screenTrack() {
    return draw(canvasOf(1280, 720), (brush, at) => {
      brush.fillStyle = '#faf8f3';
      brush.fillRect(0, 0, 1280, 720);
      brush.fillStyle = '#1e222a';
      brush.font = '64px sans-serif';
      brush.fillText(window.__fakeDevices?.screenTitle ?? 'A shared screen', 90, 170);
      brush.fillStyle = '#b24a2e';
      brush.fillRect(90, 220, 200 + 600 * (0.5 + 0.5 * Math.sin(at)), 18);
    }, 'Screen', 'fake-screen');
  }

  let isFlashing = false;

  window.fakeDevices = {
    /** Speak a WAV (base64) into the microphone; resolves when it has been heard to its end. */
    async play(base64) {
      const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
      const sound = await audio().decodeAudioData(bytes.buffer);
      const source = context.createBufferSource();
      source.buffer = sound;
      source.connect(bus);
      const ended = new Promise((resolve) => { source.onended = resolve; });
      source.start();
      await ended;
    },
    /** Flash and beep `count` times, `periodMs` apart. */
    async flash(count, periodMs, lengthMs = 200) {
      audio();
      isFlashing = true;
      for (let number = 0; number < count; number += 1) {
        await new Promise((resolve) => { setTimeout(resolve, periodMs); });
        const tone = context.createOscillator();
        tone.frequency.value = 1000;
        tone.connect(bus);
        tone.start();
        tone.stop(context.currentTime + 0.12);
        flashUntil = performance.now() + lengthMs;
      }
      await new Promise((resolve) => { setTimeout(resolve, periodMs); });
      isFlashing = false;
    },
    settings,
  };

  const devices = [
    ['audioinput', 'fake-microphone', 'Microphone'],
    ['videoinput', 'fake-camera', 'Camera'],
    ['audiooutput', 'default', 'Speaker'],
  ].map(([kind, deviceId, label]) => {
    const plain = { kind, deviceId, label, groupId: 'fake' };
    return { ...plain, toJSON: () => plain };
  });
  const media = navigator.mediaDevices;
  if (media === undefined) return;
  media.enumerateDevices = () => Promise.resolve(devices);
  media.getUserMedia = (constraints = {}) => {
    const tracks = [];
    if (constraints.audio) tracks.push(microphoneTrack());
    if (constraints.video) tracks.push(cameraTrack());
    return tracks.length === 0
      ? Promise.reject(new TypeError('at least one of audio and video must be requested'))
      : Promise.resolve(new MediaStream(tracks));
  };
  media.getDisplayMedia = () => Promise.resolve(new MediaStream([screenTrack()]));
})();
