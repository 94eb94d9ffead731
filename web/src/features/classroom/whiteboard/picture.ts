/** The whiteboard as an SVG for the recording: without what people off the record drew (WB5). */
import { exportToSvg, restoreElements } from '@excalidraw/excalidraw';

import { type BoardElement, type ElementMap, elementsOf } from './elements';

const PADDING = 24;

export const onRecord = (elements: BoardElement[], consenting: ReadonlySet<string>) =>
  elements.filter((one) => !one.isDeleted && consenting.has(String(one.customData?.by)));

export async function pictureOf(
  map: ElementMap,
  consenting: ReadonlySet<string>,
): Promise<Uint8Array> {
  const elements = onRecord(elementsOf(map), consenting);
  const svg = await exportToSvg({
    elements: restoreElements(elements as unknown as Parameters<typeof restoreElements>[0], null),
    appState: { exportBackground: true, viewBackgroundColor: '#ffffff', exportWithDarkMode: false },
    files: null,
    exportPadding: PADDING,
    // The server takes fonts out anyway.
    skipInliningFonts: true,
  });
  return zipped(new XMLSerializer().serializeToString(svg));
}

async function zipped(text: string): Promise<Uint8Array> {
  const stream = new Blob([text]).stream().pipeThrough(new CompressionStream('gzip'));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
