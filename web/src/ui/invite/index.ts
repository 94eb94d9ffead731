export { LinksCard } from './LinksCard';
export { StreamsCard } from './StreamsCard';
