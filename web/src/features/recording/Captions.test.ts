import { expect, it } from 'vitest';

import { readCue } from './Captions';

it.each([
  ['<v Amara Okafor>Good <b>morning</b></v>', 'Amara Okafor', 'Good morning'],
  ['<v.loud Leo>1 &lt; 2 &amp;amp; so</v>', 'Leo', '1 < 2 &amp; so'],
  ['Nobody in particular', null, 'Nobody in particular'],
])('%s is said by %s', (cue, speaker, text) => {
  expect(readCue(cue)).toEqual({ speaker, text });
});
