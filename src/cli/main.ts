#!/usr/bin/env node
import { run } from './program.js';

// A reader that has seen enough, or a terminal that is gone, is no reason to lose a fit; `print` says what else is wrong.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});

process.exitCode = await run(process.argv.slice(2));
