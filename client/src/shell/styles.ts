import 'virtual:mantine.css';
import '@fontsource-variable/inter/wght.css';
import '~/design/tokens.css';
import './shell.css';
