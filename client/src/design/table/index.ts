export { DataTable } from './DataTable';
export { EMPTY_VIEW, matchesSearch, type Column, type Filter, type View } from './model';
export { download } from './csv';
export { ToolButton } from './ToolButton';
