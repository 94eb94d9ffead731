// An independent WebRTC client: joins the stand, receives the stage pair, says what came.
// Usage: node werift_client.mjs <base URL> <name> <RTP packets of each kind to wait for>
// Run in web/, where werift is installed. Prints one JSON object.
import { createRequire } from "node:module";

const require = createRequire(`${process.cwd()}/package.json`);
const { RTCPeerConnection, RTCRtpCodecParameters, useAbsSendTime, useSdesMid } = require("werift");

const [base, name, wanted] = process.argv.slice(2);
const feedback = ["nack", "nack pli", "goog-remb"].map((entry) => {
  const [type, parameter] = entry.split(" ");
  return { type, parameter };
});
const pc = new RTCPeerConnection({
  bundlePolicy: "max-bundle",
  codecs: {
    audio: [new RTCRtpCodecParameters({ mimeType: "audio/opus", clockRate: 48000, channels: 2 })],
    video: [
      new RTCRtpCodecParameters({ mimeType: "video/VP8", clockRate: 90000, rtcpFeedback: feedback }),
    ],
  },
  headerExtensions: { audio: [useSdesMid()], video: [useSdesMid(), useAbsSendTime()] },
});
const slots = [["stage_audio", "audio"], ["stage", "video"], ["gallery0", "video"]];
const seen = {};
const transceivers = slots.map(([slot, kind]) => {
  const transceiver = pc.addTransceiver(kind, { direction: "recvonly" });
  seen[slot] = { packets: 0, ssrcs: [], timestamps: 0, last: 0, gaps: 0, sequence: -1, keyframes: 0 };
  transceiver.onTrack.subscribe((track) => {
    track.onReceiveRtp.subscribe(({ header, payload }) => {
      const entry = seen[slot];
      entry.packets += 1;
      if (!entry.ssrcs.includes(header.ssrc)) entry.ssrcs.push(header.ssrc);
      if (header.timestamp !== entry.last) entry.timestamps += 1;
      entry.last = header.timestamp;
      if (entry.sequence >= 0 && header.sequenceNumber !== ((entry.sequence + 1) & 0xffff)) {
        entry.gaps += 1;
      }
      entry.sequence = header.sequenceNumber;
      if (kind === "video" && isKeyframeStart(payload)) entry.keyframes += 1;
    });
  });
  return [slot, transceiver];
});

/** RFC 7741: the first packet of a VP8 keyframe. */
function isKeyframeStart(payload) {
  if ((payload[0] & 0x17) !== 0x10) return false;
  let at = 1;
  if (payload[0] & 0x80) {
    const flags = payload[at];
    at += 1;
    if (flags & 0x80) at += payload[at] & 0x80 ? 2 : 1;
    if (flags & 0x40) at += 1;
    if (flags & 0x30) at += 1;
  }
  return (payload[at] & 1) === 0;
}

await pc.setLocalDescription(await pc.createOffer());
const mids = Object.fromEntries(transceivers.map(([slot, transceiver]) => [transceiver.mid, slot]));
const response = await fetch(`${base}open`, {
  method: "POST",
  body: JSON.stringify({ name, sdp: pc.localDescription.sdp, tracks: {}, slots: mids }),
});
const answer = await response.json();
if (answer.error) {
  console.error(answer.error);
  process.exit(1);
}
await pc.setRemoteDescription({ type: "answer", sdp: answer.sdp });
const deadline = Date.now() + 40_000;
const enough = () => ["stage", "stage_audio"].every((slot) => seen[slot].packets >= Number(wanted));
while (!enough() && Date.now() < deadline) await new Promise((done) => setTimeout(done, 50));
console.log(JSON.stringify({ state: pc.connectionState, seen }));
await pc.close();
process.exit(enough() ? 0 : 1);
