import '@mantine/core/styles.css';
import '@fontsource-variable/inter/wght.css';
import '~/design/tokens.css';
import './shell.css';
