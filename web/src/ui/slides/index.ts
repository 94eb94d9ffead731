export { Decks, type DeckPort } from './Decks';
export { pictureUrl } from './picture_url';
export { Uploads } from './uploads';
