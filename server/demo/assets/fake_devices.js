// Devices for a page without any: put in place of navigator.mediaDevices before the page's own code.
//
// The microphone is a WebAudio graph: a tone of its own, and whatever `play` is given. The camera is
// a canvas whose picture moves in every frame; `flash` makes both flash and beep at the same instants.
// Settings come as window.__fakeDevices = {toneHz, toneGain, colour, label, width, height, rate},
// `more` devices beside them as [{kind, deviceId, label, colour or toneHz}], and `denied`, the kinds
// ('audio', 'video') that the browser does not let the page have.
(() => {
  const settings = {
    toneHz: 0, toneGain: 0.2, colour: '#3b82c4', label: '', width: 640, height: 360, rate: 12,
    more: [], denied: [],
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

  function microphoneTrack(device) {
    const destination = audio().createMediaStreamDestination();
    destination.channelCount = 1;
    if (device.toneHz === undefined) bus.connect(destination);
    else {
      const tone = context.createOscillator();
      const level = context.createGain();
      tone.frequency.value = device.toneHz;
      level.gain.value = settings.toneGain;
      tone.connect(level).connect(destination);
      tone.start();
    }
    return dress(destination.stream.getAudioTracks()[0], device);
  }

  const opened = [];

  function dress(track, device) {
    const { deviceId, label } = device;
    Object.defineProperty(track, 'label', { value: label });
    const own = track.getSettings.bind(track);
    track.getSettings = () => ({ ...own(), deviceId, groupId: 'fake' });
    opened.push({ deviceId, track });
    return track;
  }

  function draw(canvas, paint, device) {
    const brush = canvas.getContext('2d', { alpha: false });
    const timer = setInterval(() => paint(brush, performance.now() / 1000), 1000 / settings.rate);
    paint(brush, performance.now() / 1000);
    const track = canvas.captureStream(settings.rate).getVideoTracks()[0];
    const stop = track.stop.bind(track);
    track.stop = () => { clearInterval(timer); stop(); };
    return dress(track, device);
  }

  function canvasOf(width, height) {
    const canvas = document.createElement('canvas');
    canvas.width = width;
    canvas.height = height;
    return canvas;
  }

  function cameraTrack(device) {
    const { width, height } = settings;
    const colour = device.colour ?? settings.colour;
    return draw(canvasOf(width, height), (brush, at) => {
      if (performance.now() < flashUntil) {
        brush.fillStyle = '#ffffff';
        brush.fillRect(0, 0, width, height);
        return;
      }
      brush.fillStyle = isFlashing ? '#000000' : colour;
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
    }, device);
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
    }, { deviceId: 'fake-screen', label: 'Screen' });
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
    /** Pull a device out: what it gave ends by itself, and the page is told that devices changed. */
    unplug(deviceId) {
      devices = devices.filter((device) => device.deviceId !== deviceId);
      for (const one of opened) {
        if (one.deviceId !== deviceId || one.track.readyState === 'ended') continue;
        one.track.stop(); // a page's own `stop` fires no event, a cable does
        one.track.dispatchEvent(new Event('ended'));
      }
      media.dispatchEvent(new Event('devicechange'));
    },
    plug(device) {
      devices = [...devices, device];
      media.dispatchEvent(new Event('devicechange'));
    },
    settings,
  };

  let devices = [
    { kind: 'audioinput', deviceId: 'fake-microphone', label: 'Microphone' },
    { kind: 'videoinput', deviceId: 'fake-camera', label: 'Camera' },
    { kind: 'audiooutput', deviceId: 'default', label: 'Speaker' },
    ...settings.more,
  ];
  const INPUTS = { audio: 'audioinput', video: 'videoinput' };

  /** As browsers tell it: nothing but the kind of what the page may not have. */
  function shown({ kind, deviceId, label }) {
    const isDenied = settings.denied.some((medium) => INPUTS[medium] === kind);
    const plain = isDenied
      ? { kind, deviceId: '', label: '', groupId: '' }
      : { kind, deviceId, label, groupId: 'fake' };
    return { ...plain, toJSON: () => plain };
  }

  function take(medium, wanted) {
    if (settings.denied.includes(medium)) {
      throw new DOMException('Permission denied', 'NotAllowedError');
    }
    const all = devices.filter((device) => device.kind === INPUTS[medium]);
    const device = all.find((one) => one.deviceId === wanted?.deviceId?.ideal) ?? all[0];
    if (device === undefined) throw new DOMException('Requested device not found', 'NotFoundError');
    return medium === 'audio' ? microphoneTrack(device) : cameraTrack(device);
  }

  const media = navigator.mediaDevices;
  if (media === undefined) return;
  media.enumerateDevices = () => Promise.resolve(devices.map(shown));
  media.getUserMedia = async (constraints = {}) => {
    const asked = Object.keys(INPUTS).filter((medium) => constraints[medium]);
    if (asked.length === 0) throw new TypeError('at least one of audio and video must be requested');
    return new MediaStream(asked.map((medium) => take(medium, constraints[medium])));
  };
  media.getDisplayMedia = () => Promise.resolve(new MediaStream([screenTrack()]));
})();
