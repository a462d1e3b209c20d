"""The tags write what docs/look.md promises, escaped."""

import re

from django.template import Context, Template


def render(source, **context):
    return " ".join(Template(source).render(Context(context)).split())


TABLE = """{% table _("Claim")|main "Hospital" "Paid"|num "Open"|quiet caption="Your claims" %}
{% for name in names %}{% row %}{% cell %}{{ name }}{% endcell %}{% cell %}H{% endcell %}{% cell %}¥1{% endcell %}
{% cell %}go{% endcell %}{% endrow %}{% endfor %}{% endtable %}"""


def test_each_cell_of_a_table_knows_its_column():
    html = render(TABLE, names=["A", "<B>"])
    assert '<caption class="sr-only">Your claims</caption>' in html
    assert html.count('scope="col"') == 4
    assert '<th scope="row" class="main">A</th><td data-label="Hospital"><div>H</div></td>' in html
    assert '<td class="num" data-label="Paid"><div>¥1</div></td>' in html
    assert '<span class="sr-only">Open</span>' in html
    assert '<td data-label=""><div>go</div></td>' in html
    assert "&lt;B&gt;" in html


def test_a_row_may_come_from_an_included_template_and_tables_do_not_mix():
    html = render(
        TABLE + '{% table "Day" caption="" %}{% row %}{% cell %}1{% endcell %}{% endrow %}{% endtable %}', names=["A"]
    )
    assert '<td data-label="Day"><div>1</div></td>' in html


def test_a_status_is_a_word_with_an_icon():
    html = render('{% chip "ok" word %}', word="Paid & done")
    assert "<svg" in html
    assert "Paid &amp; done" in html
    assert 'class="chip is-ok"' in html


def test_an_icon_is_decoration_unless_it_is_named():
    assert 'aria-hidden="true"' in render('{% icon "house" %}')
    named = render('{% icon "star" 20 "Favourite" %}')
    assert 'role="img"' in named
    assert 'aria-label="Favourite"' in named


def test_the_shares_of_a_bar_fill_it_and_are_named():
    html = render(
        "{% stacked_bar parts label='Year' %}", parts=[("Claims", 700), ("Open fund", 80), ("Rest", 220), ("None", 0)]
    )
    rects = [(int(x), int(w)) for x, w in re.findall(r'x="(\d+)" y="0" width="(\d+)"', html)]
    assert rects == [(0, 700), (700, 80), (780, 220)]
    assert "¥7.00" in html
    assert "8%" in html
    assert "None" in html


def test_a_bar_of_nothing_is_empty_but_whole():
    html = render("{% stacked_bar parts %}", parts=[("Claims", 0)])
    assert "0%" in html
    assert 'class="share-1" x=' not in html


def test_confirming_posts_with_key_and_token():
    html = render(
        '{% confirm title="Sure?" action="/x/" submit="Yes" key="k1" %}<p>Why</p>{% endconfirm %}', csrf_token="t" * 64
    )
    assert '<form method="post" action="/x/">' in html
    assert 'name="key" value="k1"' in html
    assert "csrfmiddlewaretoken" in html
    assert "<p>Why</p>" in html


def test_boxes_keep_what_they_are_given_and_escape_their_titles():
    for tag in ("card", "notice"):
        html = render(f"{{% {tag} title=title %}}<p>{{{{ text }}}}</p>{{% end{tag} %}}", title="a<b", text="c<d")
        assert "a&lt;b" in html
        assert "<p>c&lt;d</p>" in html


def test_steps_say_where_one_is():
    html = render('{% steps 2 "Child" "Consent" "Covenant" %}')
    assert "Step 2 of 3" in html
    assert "Consent" in html
    assert html.count("is-done") == html.count("is-now") == 1


def test_progress_polls_only_while_it_is_told_to():
    line = (
        '{% include "components/progress.html" with id="close" value=4 max=10 label="Closing" text="4 of 10"'
        " poll_url=url only %}"
    )
    assert 'hx-trigger="every 2s"' in render(line, url="/p/")
    done = render(line, url="")
    assert "hx-" not in done
    assert '<progress id="close-bar" max="10" value="4">' in done
