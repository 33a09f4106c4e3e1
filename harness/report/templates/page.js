"use strict";
(() => {
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const one = (selector) => document.querySelector(selector);

  // -- what the address says: either a place of the page, or settings such as q=…&theme=…

  const SETTINGS = /^(q|theme)=/;
  const settings = () => {
    const hash = location.hash.slice(1);
    return new URLSearchParams(SETTINGS.test(hash) ? hash : "");
  };
  const setSetting = (name, value) => {
    const found = settings();
    if (value) found.set(name, value);
    else found.delete(name);
    const text = found.toString();
    history.replaceState(null, "", text ? `#${text}` : location.pathname + location.search);
  };

  // -- theme

  const THEMES = ["auto", "light", "dark"];
  const toggle = one("[data-theme-toggle]");
  let theme = "auto";
  const showTheme = () => {
    if (theme === "auto") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
    toggle.textContent = `Theme: ${theme}`;
  };
  const remembered = () => {
    try { return localStorage.getItem("theme"); } catch { return null; }
  };
  const remember = () => {
    try { localStorage.setItem("theme", theme); } catch { /* a page need not remember */ }
  };
  toggle.addEventListener("click", () => {
    theme = THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length];
    remember();
    showTheme();
  });

  // -- filter: words, status:…, leg:…, kind:…, each may have a leading "-"

  const rows = new Map(all("tr[data-subject]").map((row) => [row.dataset.subject, row]));
  const subjects = all("article.subject").map((article) => ({
    article,
    row: rows.get(article.id),
    kind: article.dataset.kind,
    status: article.dataset.status,
    legs: new Map(article.dataset.legs.trim().split(/\s+/).map((pair) => pair.split("="))),
    text: `${article.dataset.name} ${article.querySelector(".says").textContent}`.toLowerCase(),
  }));
  const field = one("[data-filter]");

  const parse = (query) => {
    const terms = query.toLowerCase().match(/-?(\w+:)?("[^"]*"|\S+)/g) || [];
    return terms.map((term) => {
      const [, not, key, value] = /^(-?)(?:(\w+):)?(.*)$/s.exec(term);
      return { not: not === "-", key, value: value.replaceAll('"', "") };
    }).filter((term) => term.value);
  };
  const matches = (subject, terms) => {
    const legs = terms.filter((term) => term.key === "leg" && !term.not).map((term) => term.value);
    return terms.every(({ not, key, value }) => {
      const slug = value.replaceAll(" ", "-");
      let found;
      if (key === "status") {
        found = legs.length
          ? legs.every((leg) => subject.legs.get(leg) === slug)
          : subject.status === slug || [...subject.legs.values()].includes(slug) && !isStatus(slug);
      } else if (key === "leg") found = subject.legs.has(slug);
      else if (key === "kind") found = subject.kind === slug;
      else found = subject.text.includes(key ? `${key}:${value}` : value);
      return found !== not;
    });
  };
  const isStatus = (word) => ["confirmed", "refuted", "undecided"].includes(word);

  const filter = () => {
    const terms = parse(field.value);
    let shown = 0;
    for (const subject of subjects) {
      const found = matches(subject, terms);
      subject.article.hidden = !found;
      if (subject.row) subject.row.hidden = !found;
      shown += found;
    }
    one("[data-shown]").textContent = shown === subjects.length
      ? `${shown} shown` : `${shown} of ${subjects.length} shown`;
    one("[data-nothing]").hidden = shown > 0;
    for (const body of all(".matrix tbody")) {
      body.hidden = !all("tr[data-subject]", body).some((row) => !row.hidden);
    }
    for (const section of all("section.subjects")) {
      section.hidden = !all("article", section).some((article) => !article.hidden);
    }
  };
  field.addEventListener("input", () => { setSetting("q", field.value.trim()); filter(); });
  one("[data-filter-form]").addEventListener("submit", (event) => event.preventDefault());
  for (const term of all("[data-query]")) {
    term.addEventListener("click", () => {
      const words = field.value.split(/\s+/).filter(Boolean);
      const query = term.dataset.query;
      const rest = words.filter((word) => word !== query);
      field.value = (rest.length < words.length ? rest : [...words, query]).join(" ");
      setSetting("q", field.value);
      filter();
      field.focus();
    });
  }

  // -- places: whatever is linked to is unfolded

  const follow = () => {
    const hash = location.hash.slice(1);
    if (!SETTINGS.test(hash)) {
      const target = hash && document.getElementById(decodeURIComponent(hash));
      if (!target) return;
      if (target.closest("[hidden]")) { field.value = ""; filter(); }
      for (let at = target; at; at = at.parentElement) if (at.localName === "details") at.open = true;
      target.scrollIntoView();
      return;
    }
    field.value = settings().get("q") || "";
    if (THEMES.includes(settings().get("theme"))) theme = settings().get("theme");
    showTheme();
    filter();
  };
  addEventListener("hashchange", follow);

  // -- keyboard, folding, copying

  addEventListener("keydown", (event) => {
    const typing = event.target.closest("input, textarea");
    if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      field.focus();
    } else if (event.key === "Escape" && typing === field) {
      field.value = "";
      setSetting("q", "");
      filter();
      field.blur();
    }
  });
  const unfold = one("[data-unfold]");
  if (unfold) unfold.addEventListener("click", () => {
    const open = unfold.textContent.startsWith("Unfold");
    for (const details of all("main details")) details.open = open;
    unfold.textContent = open ? "Fold all" : "Unfold all";
  });
  addEventListener("beforeprint", () => { for (const details of all("main details")) details.open = true; });
  for (const button of all("[data-copy]")) {
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(button.previousElementSibling.textContent);
      button.textContent = "Copied";
      setTimeout(() => { button.textContent = "Copy"; }, 1500);
    });
  }

  if (THEMES.includes(remembered())) theme = remembered();
  showTheme();
  follow();
})();
