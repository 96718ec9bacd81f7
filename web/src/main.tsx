import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';
import { applyPreferences } from './state/preferences.ts';
import './styles/tokens.css';
import './styles/base.css';
import './styles/controls.css';
import './styles/frame.css';
import './styles/widgets.css';

applyPreferences(document.documentElement);
const root = document.getElementById('root');
if (!root) throw new Error('the page has no element to put the dashboard in');
createRoot(root).render(<App />);
