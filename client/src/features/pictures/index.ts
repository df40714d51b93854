/** Pictures of people and contacts. */
export { showContactPictures } from './contact-pictures';
export { OwnPicture } from './OwnPicture';
export { PictureField } from './PictureField';
export { refreshPictures, showPicturesWhileSignedIn } from './pictures';
