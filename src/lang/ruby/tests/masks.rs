use super::dumped;
use crate::lang::{Adapter, ruby::Ruby};

#[track_caller]
fn masked(text: &str, template: bool, expected: &str) {
    let masked = Ruby.mask(text, template);
    assert_eq!(masked.text, expected);
    assert_eq!(masked.text.len(), text.len());
}

#[test]
fn templates_keep_their_tags() {
    masked("<b>é</b>\n<%= a %>", true, "         \n    a ; ");
    masked("<%- a -%>x<% b %>", true, "    a  ;     b ; ");
    masked("<%# a %><%% b %><%== c %>", true, "                     c ; ");
    masked("<% # a\nb %>", true, "      \nb ; ");
    masked("<% a", true, "   a");
    masked("<%", true, "  ");
    masked("<%>", true, "  >");
    masked("no tag", true, "      ");
}

#[test]
fn templates_are_programs() {
    assert_eq!(
        dumped("<% if a # x %>\n<%= f do |b| %><%= b %><% end %><% else %><%# c %>d<% end %>", true),
        "(if-else a (call f &(fn block [b] b)) nil)"
    );
    assert_eq!(
        dumped("<% case a %>\n<% when 1 %>x<%= b %>\n<% end %><% c.each { |d| %><%= d %><% } %>", true),
        "(match a [1 => b]) (call c.each &(fn block [d] d))"
    );
}

#[test]
fn words_that_abort_the_scanner_are_blanked() {
    let long = "b".repeat(300);
    masked(&format!("<<~\"{long}\""), false, &format!("  ~\"{long}\""));
    masked(&format!("<<-'{long}"), false, &format!("  -'{long}"));
    masked(&format!("<<{long}"), false, &format!("  {long}"));
    masked(&format!("<<~{long}"), false, &format!("  ~{long}"));
    masked("<<~\"", false, "  ~\"");
    for fine in ["<<~A\nA\n", "<<\"a b\"\na b\n", "a << b", "a <<<b", "<<"] {
        masked(fine, false, fine);
    }
    for crash in [&long, &"é".repeat(200), &"\u{1F600}".repeat(300)] {
        for open in ["<<", "<<~", "<<-", "<<\"", "<<~'", "<<-`", "<<<<\""] {
            dumped(&format!("x({open}{crash}\n{crash}\"'`\n"), false);
        }
    }
}

#[test]
fn nothing_after_the_end_is_code() {
    masked("a\n__END__\nb é\n", false, "a\n       \n    \n");
    masked("a\r\n__END__\r\nb", false, "a\r\n       \r\n ");
    masked("__END__", false, "       ");
    for code in ["__END__x", " __END__", "a __END__ b"] {
        masked(code, false, code);
    }
}
