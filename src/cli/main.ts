#!/usr/bin/env node
import { runInThread } from "./thread.js";

process.exitCode = await runInThread(process.argv.slice(2));
