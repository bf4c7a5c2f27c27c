// The pages are whole without any of this; each module adds one thing.
import { keyboard } from "./keyboard.js";
import { live } from "./live.js";
import { copying } from "./copy.js";
import { secrets } from "./secrets.js";
import { filters } from "./filters.js";
import { look } from "./look.js";
import { localTimes } from "./times.js";
import { connect } from "./connect.js";

document.documentElement.classList.add("live-page"); // shows what needs a script, hides what only serves without
for (const start of [look, localTimes, filters, live, copying, secrets, connect, keyboard]) start();
