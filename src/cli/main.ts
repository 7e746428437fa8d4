#!/usr/bin/env node
import { processHost } from "./process-host.js";
import { main } from "./program.js";

process.exitCode = await main(process.argv.slice(2), processHost());
