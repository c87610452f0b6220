/** The style of this server's pages: one card, in light and dark mode. */
export const PAGE_STYLE = `
  :root { color-scheme: light dark; --line: #d5d9e0; --card: #fff; --page: #f5f6f8; --soft: #667085;
    --act: #1f5fd0; --on-act: #fff; }
  @media (prefers-color-scheme: dark) {
    :root { --line: #343a46; --card: #1d2129; --page: #14171c; --soft: #98a2b3;
      --act: #7aa7ff; --on-act: #10131a; }
  }
  * { box-sizing: border-box; }
  body { margin: 0; padding: 0 1rem; background: var(--page); font: 16px/1.5 system-ui, sans-serif; }
  main { max-width: 32rem; margin: clamp(1rem, 8vh, 4rem) auto; padding: 1.5rem;
    background: var(--card); border: 1px solid var(--line); border-radius: .5rem; }
  h1 { font-size: 1.25rem; margin: 0 0 1rem; }
  a { color: var(--act); }
  dl { margin: 0; }
  dt { font-weight: 600; }
  dd { margin: 0 0 1rem; color: var(--soft); }
  dd:last-child { margin: 0; }
  [hidden] { display: none !important; }
  label { display: block; margin: 0 0 1rem; }
  input { display: block; width: 100%; padding: .5rem; font: inherit; border: 1px solid var(--line);
    border-radius: .25rem; margin-top: .25rem; background: var(--page); color: inherit; }
  button { font: inherit; font-weight: 600; padding: .5rem 1rem; border: 0; border-radius: .25rem;
    background: var(--act); color: var(--on-act); cursor: pointer; }
  button:disabled { opacity: .6; cursor: default; }
  [role="status"] { margin: 0; font-weight: 600; }
  [role="status"]:not(:empty) { margin-top: 1rem; }
  #next { margin: 1rem 0 0; }
`;
