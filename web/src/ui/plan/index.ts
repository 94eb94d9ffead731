export { AgendaEditor } from './AgendaEditor';
export { AgendaList } from './AgendaList';
export { KindIcon } from './KindIcon';
export { ObjectivesEditor } from './ObjectivesEditor';
export { ObjectivesList } from './ObjectivesList';
export { currentOf, hasNext, hasPrevious, leftMs, placeOf, plannedMs } from './progress';
