/** Pictures of people. */
export { OwnPicture } from './OwnPicture';
export { refreshPictures, showPicturesWhileSignedIn } from './pictures';
