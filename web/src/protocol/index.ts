export type * from './generated';

/** `whiteboard`, `notes`, or `board:<room_id>`: the whiteboard of a breakout room. */
export type PadName = string;
