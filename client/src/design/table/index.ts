export { DataTable } from './DataTable';
export { EMPTY_VIEW, isFiltered, matchesSearch, type Column, type Filter, type View } from './model';
export { download, toCsv } from './csv';
export { ToolButton } from './ToolButton';
