export { type Page, type Picture, type Report, renderPage, renderReport } from "./renderReport.js";
