import { defineConfig } from 'vite';
import { commandConfig } from '../support/command-config.js';

/** The command that tries properties on generated data. */
export default defineConfig(commandConfig('properties'));
