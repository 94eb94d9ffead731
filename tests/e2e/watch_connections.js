// The page's peer connections, and by which way their media goes. Used as window.connections.
// window.__ways: which TURN URLs the page may know.
(() => {
  if (window.connections) return;
  const Own = window.RTCPeerConnection;
  const made = [];
  let answered = 0;
  const ways = new RegExp(window.__ways);
  window.RTCPeerConnection = class extends Own {
    constructor(configuration) {
      const iceServers = (configuration.iceServers ?? [])
        .map((one) => ({ ...one, urls: [one.urls].flat().filter((url) => ways.test(url)) }))
        .filter((one) => one.urls.length > 0);
      super({ ...configuration, iceServers });
      made.push(this);
      this.addEventListener('icecandidate', ({ candidate }) => {
        if (candidate?.type === 'srflx') answered += 1;
      });
    }
  };

  const open = () => made.filter((one) => one.connectionState !== 'closed');
  let port = null;
  let count = 0;
  let heardAt = 0;
  let longest = 0;

  async function way() {
    const pc = open().find((one) => one.connectionState === 'connected');
    const entries = [...(await pc.getStats()).values()];
    const { selectedCandidatePairId } = entries.find((one) => one.type === 'transport');
    const pair = entries.find((one) => one.id === selectedCandidatePairId);
    const found = entries.find((one) => one.id === pair.localCandidateId);
    port = found.port;
    return found;
  }

  async function soundPackets() {
    const reports = await Promise.all(open().map((one) => one.getStats()));
    return reports
      .flatMap((report) => [...report.values()])
      .filter((one) => one.type === 'inbound-rtp' && one.kind === 'audio')
      .reduce((sum, one) => sum + one.packetsReceived, 0);
  }

  window.connections = {
    way,
    answered: () => answered,
    open: () => open().length,
    port: () => port,
    watchSilence() {
      heardAt = performance.now();
      window.setInterval(async () => {
        if (open().some((one) => one.connectionState === 'connected')) await way();
        const now = await soundPackets();
        // Another number, even a lower one, means that sound has come: connections come and go.
        if (now !== count) {
          longest = Math.max(longest, performance.now() - heardAt);
          heardAt = performance.now();
        }
        count = now;
      }, 50);
    },
    longestSilence: () => Math.round(Math.max(longest, performance.now() - heardAt)),
  };
})();
