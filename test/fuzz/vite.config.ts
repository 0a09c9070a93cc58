import { defineConfig } from 'vite';
import { commandConfig } from '../support/command-config.js';

/** The command that feeds broken inputs. */
export default defineConfig(commandConfig('fuzz'));
