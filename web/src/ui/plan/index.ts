export { AgendaEditor } from './AgendaEditor';
export { AgendaList } from './AgendaList';
export { KindIcon } from './KindIcon';
export { MaterialList } from './MaterialList';
export { ObjectivesEditor } from './ObjectivesEditor';
export { ObjectivesList } from './ObjectivesList';
export { clockMs, currentOf, hasNext, hasPrevious, leftMs, placeOf, plannedMs } from './progress';
