/** Observable values: view models hold them, views look at them. One library under one name. */
export { createStore, Store, ReadonlyStore } from '@tanstack/react-store';
export { useSelector as useValue } from '@tanstack/react-store';
