export { type Page, type Picture, type Report, renderPage, renderReport } from "./render-report.js";
