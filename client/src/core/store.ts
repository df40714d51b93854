/** Observable stores: view models hold them, views subscribe. Re-exported under one name. */
export { createStore, Store } from '@tanstack/react-store';
export { useSelector as useValue } from '@tanstack/react-store';
