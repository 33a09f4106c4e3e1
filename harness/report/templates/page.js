"use strict";
(() => {
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const one = (selector) => document.querySelector(selector);

  // -- what the address says: either a place of the page, or settings such as q=…&theme=…&off=…

  const SETTINGS = /^(q|theme|off\d*)=/;
  const settings = () => {
    const hash = location.hash.slice(1);
    return new URLSearchParams(SETTINGS.test(hash) ? hash : "");
  };
  // What is typed changes the address; what is switched is a step that Back undoes.
  let stepped = -Infinity;
  const setSetting = (name, value, isStep = false) => {
    const found = settings();
    if (value) found.set(name, value);
    else found.delete(name);
    const text = found.toString();
    const address = text ? `#${text}` : location.pathname + location.search;
    isStep &&= performance.now() - stepped > 250; // several at once are one step
    if (isStep) leave();
    stepped = performance.now();
    history[isStep ? "pushState" : "replaceState"]({ y: scrollY }, "", address);
  };

  // -- Back and Forward lead to where one was, and not to where the address leads

  history.scrollRestoration = "manual";
  const leave = () => history.replaceState({ y: scrollY }, "");
  addEventListener("click", (event) => { if (event.target.closest("a[href^='#']")) leave(); }, true);
  let still;
  addEventListener("scroll", () => { clearTimeout(still); still = setTimeout(leave, 150); }, { passive: true });

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

  const matrix = one(".matrix");
  const subjects = all("article.subject").map((article) => ({
    article,
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
    if (terms.length) fill(matrix);
    const rows = new Map(all("tr[data-subject]", matrix).map((row) => [row.dataset.subject, row]));
    let shown = 0;
    for (const subject of subjects) {
      const found = matches(subject, terms);
      subject.article.hidden = !found;
      const row = rows.get(subject.article.id);
      if (row) row.hidden = !found;
      shown += found;
    }
    one("[data-shown]").textContent = shown === subjects.length
      ? `${shown} shown` : `${shown} of ${subjects.length} shown`;
    one("[data-nothing]").hidden = shown > 0;
    for (const body of all("tbody:not([data-packed])", matrix)) {
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

  // -- details: compressed, and put in their places when they are needed

  const packed = one("#packed");
  let strings = [], bodies = [];
  const piece = (number) => bodies[number].map((part) => strings[part]).join("");
  const inflate = async () => {
    const bytes = Uint8Array.from(atob(packed.content.textContent), (letter) => letter.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    performance.mark("unpacked");
    [strings, bodies] = await new Response(stream).json();
    const nearby = new IntersectionObserver((entries) => {
      for (const { isIntersecting, target } of entries) {
        if (!isIntersecting) continue;
        nearby.unobserve(target);
        fill(target);
      }
    }, { rootMargin: "1200px 0px" });
    for (const article of all("article:has(> [data-packed])")) nearby.observe(article);
    for (const details of all("details[open]")) fill(details);
  };
  const put = (place) => {
    if (!(place.dataset.packed in bodies)) return;
    place.innerHTML = piece(place.dataset.packed);
    delete place.dataset.packed;
    if (place.localName !== "tbody") return;
    place.previousElementSibling.append(...place.rows); // rows of one group stay together
    place.remove();
  };
  const fill = (element) => { for (const place of all(":scope > [data-packed]", element)) put(place); };
  const fillAll = () => {
    for (let left = -1, found = all("[data-packed]"); found.length !== left; found = all("[data-packed]")) {
      left = found.length;
      found.forEach(put); // which may bring more
    }
  };
  const place = (name) => {
    for (let end = name.indexOf("/"); ; end = name.indexOf("/", end + 1)) {
      const found = document.getElementById(end < 0 ? name : name.slice(0, end));
      if (found) fill(found);
      if (end < 0) return found;
    }
  };
  addEventListener("toggle", ({ target }) => { if (target.open) fill(target); }, true);

  // -- checkers: what holds for a combination of toggles is looked up, never worked out

  const checkers = [];
  const checker = (bench) => {
    const { cells, verdicts, pieces, near } = JSON.parse(piece(bench.dataset.checker));
    const { setting } = bench.dataset;
    const boxes = all("[data-toggle]", bench), cards = all("[data-question]", bench);
    const presets = all("[data-preset]", bench), opened = new Map();
    const words = new Map(all("[data-word]", bench.querySelector("[data-verdicts]").content)
      .map((word) => [word.dataset.word, word]));
    const names = (mask) => boxes.filter((_, i) => mask >> i & 1).map((box) => box.dataset.toggle);
    const address = (mask) => `#${new URLSearchParams({ [setting]: names(mask).join(",") })}`;
    const way = (from, to) => {
      const link = document.createElement("a");
      const part = (mask, word) => mask ? `${names(mask).join(" and ")} ${word}` : "";
      link.textContent = [part(from & ~to, "on"), part(to & ~from, "off")].filter(Boolean).join(", ");
      link.href = address(to);
      return link;
    };
    const showCard = (card, at, i) => {
      const number = at in cells && cells[at][i] in verdicts ? cells[at][i] : -1;
      const word = words.get(verdicts[number]) || words.get("unknown");
      card.className = `answer ${word.dataset.class}`;
      card.querySelector("[data-verdict]").replaceChildren(...word.cloneNode(true).childNodes);
      const body = card.querySelector("[data-answer]"), before = body.querySelector("details");
      body.innerHTML = number < 0 ? "" : piece(pieces[number]);
      if (number < 0) body.textContent = "The lattice has no answer here.";
      if (before) opened.set(card, before.open);
      const after = body.querySelector("details");
      if (after && opened.get(card)) after.open = true;
      const ways = (near[at] || [])[i] || [], place = body.querySelector("[data-near]");
      if (!ways.length || !place) return;
      place.hidden = false;
      place.append("It holds with ", ...ways.flatMap((to, k) => [k ? ", or with " : "", way(at, to)]), ".");
    };
    const show = () => {
      const at = boxes.reduce((sum, box, i) => sum + (box.checked ? 0 : 2 ** i), 0);
      cards.forEach((card, i) => showCard(card, at, i));
      boxes.forEach((box, i) => {
        const is_idle = String(cells[at]) === String(cells[at ^ 2 ** i]);
        box.closest("label").querySelector("[data-idle]").textContent = is_idle ? "No difference here." : "";
      });
      bench.querySelector("[data-permalink]").href = address(at);
      for (const preset of presets) {
        const off = preset.dataset.preset.split(",").sort().join();
        preset.setAttribute("aria-pressed", String(off === names(at).sort().join()));
      }
      return names(at).join(",");
    };
    const read = () => {
      const off = (settings().get(setting) || "").split(",").filter(Boolean);
      for (const box of boxes) box.checked = !off.includes(box.dataset.toggle);
      const strays = off.filter((name) => !boxes.some((box) => box.dataset.toggle === name));
      const stray = bench.querySelector("[data-stray]");
      stray.hidden = !strays.length;
      stray.textContent = `The address switches off ${strays.join(", ")}, which no toggle is called.`;
      show();
      return off.length > 0;
    };
    const set = (off) => {
      for (const box of boxes) box.checked = !off.includes(box.dataset.toggle);
      setSetting(setting, show(), true);
    };
    bench.addEventListener("change", () => setSetting(setting, show(), true));
    bench.querySelector("[data-all-on]").addEventListener("click", () => set([]));
    for (const preset of presets) {
      preset.addEventListener("click", () => set(preset.dataset.preset.split(",")));
    }
    bench.querySelector("form").addEventListener("submit", (event) => event.preventDefault());
    for (const box of boxes) box.disabled = false;
    checkers.push({ bench, read });
  };

  // -- places: whatever is linked to is unfolded

  const decoded = (text) => {
    try { return decodeURIComponent(text); } catch { return text; }
  };
  const settle = (go, times) => {
    go();
    if (times) requestAnimationFrame(() => settle(go, times - 1)); // what is near takes its place
  };
  const show = (target) => settle(() => target.scrollIntoView({ behavior: "instant" }), 4);
  // To where the address leads; or, where one has been there before, to what one saw.
  const follow = (state) => {
    const hash = location.hash.slice(1), isPlace = !SETTINGS.test(hash);
    let target = null;
    if (state || !isPlace) {
      field.value = settings().get("q") || "";
      if (THEMES.includes(settings().get("theme"))) theme = settings().get("theme");
      showTheme();
      filter();
      const set = checkers.filter(({ read }) => read());
      if (set.length) target = set[0].bench.closest("section");
    }
    if (isPlace && hash && (target = place(decoded(hash)))) {
      if (target.closest("[hidden]")) { field.value = ""; filter(); }
      for (let at = target; at; at = at.parentElement) if (at.localName === "details") at.open = true;
    }
    if (state) settle(() => scrollTo({ top: state.y, behavior: "instant" }), 4);
    else if (target) show(target);
  };
  addEventListener("popstate", ({ state }) => follow(state));

  // -- what belongs together is shown together

  const near = (found) => {
    for (const other of all(".near")) other.classList.remove("near");
    for (const other of found) other.classList.add("near");
  };
  const together = (target) => {
    const part = target.closest("[data-part]");
    if (part) {
      const parts = all("[data-part]", part.closest("article"));
      return parts.filter((other) => other.dataset.part === part.dataset.part);
    }
    const node = target.closest("[data-node]");
    if (!node) return [];
    const name = node.dataset.node;
    const edges = all(".edges path").filter(({ dataset }) => dataset.from === name || dataset.to === name);
    const ends = new Set(edges.flatMap(({ dataset }) => [dataset.from, dataset.to]));
    return [...edges, ...all("[data-node]").filter((other) => ends.has(other.dataset.node))];
  };
  for (const kind of ["pointerover", "focusin"]) {
    addEventListener(kind, (event) => {
      if (event.target.closest) near(together(event.target));
    });
  }
  addEventListener("click", (event) => {
    const part = event.target.closest("button[data-part]");
    if (!part) return;
    const sources = part.closest("article").querySelector(".sources");
    sources.open = true;
    sources.scrollIntoView({ block: "nearest" });
  });

  // -- keyboard, folding, copying

  addEventListener("keydown", (event) => {
    const typing = event.target.closest("input, textarea");
    if (event.key === "f" && (event.ctrlKey || event.metaKey)) fillAll();
    else if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      field.focus();
    } else if (event.key === "Escape" && typing === field) {
      field.value = "";
      setSetting("q", "");
      filter();
      field.blur();
    }
  });
  matrix.addEventListener("click", ({ target }) => {
    if (!target.matches("[data-more]")) return;
    const rest = target.closest("tbody"), group = rest.previousElementSibling, at = group.rows.length;
    put(rest);
    group.rows[at]?.querySelector("a").focus();
  });
  const unfold = one("[data-unfold]");
  if (unfold) unfold.addEventListener("click", () => {
    const open = unfold.textContent.startsWith("Unfold");
    fillAll();
    for (const details of all("main details")) details.open = open;
    unfold.textContent = open ? "Fold all" : "Unfold all";
  });
  addEventListener("beforeprint", () => { // paper shows what is unfolded, and every statement
    for (const part of [matrix, ...all("article")]) fill(part);
  });
  addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    await navigator.clipboard.writeText(button.previousElementSibling.textContent);
    button.textContent = "Copied";
    setTimeout(() => { button.textContent = "Copy"; }, 1500);
  });

  if (THEMES.includes(remembered())) theme = remembered();
  showTheme();
  const { state } = history; // there is one where a page is loaded again
  follow(state);
  // The second frame comes when the first has been handed over to be painted.
  requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(async () => {
    await inflate();
    for (const bench of all("[data-checker]")) checker(bench);
    for (const { read } of checkers) read();
    follow(state);
  })));
})();
