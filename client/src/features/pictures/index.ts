/** Pictures of people and contacts. */
export { showContactPictures } from './contact-pictures';
export { OwnPicture } from './OwnPicture';
export { PictureField } from './PictureField';
export { showPicturesWhileSignedIn } from './pictures';
