"""How another format is asked for: dates, times, names and records."""

from __future__ import annotations

__all__ = ["DATE_ASK", "CLOCK_ASK", "NAME_ASK", "RECORD_ASK", "LIST_JSON_ASK"]

DATE_ASK: dict[str, tuple[str, ...]] = {
    "iso": ("Write the date as YYYY-MM-DD.", "Convert the date to YYYY-MM-DD.", "Use the format YYYY-MM-DD.", "Give this date in ISO format.", "Rewrite as YYYY-MM-DD.",
            "Put the date in the form year-month-day, such as 1999-12-31.", "ISO date, please.", "Change the date to the ISO format.", "Now write the date as YYYY-MM-DD.", "Please convert the date to YYYY-MM-DD."),
    "slash_dmy": ("Write the date as DD/MM/YYYY.", "Convert the date to DD/MM/YYYY.", "Use the format DD/MM/YYYY.", "Rewrite as DD/MM/YYYY.",
                  "Give the date as day/month/year in numbers, DD/MM/YYYY.", "Format: DD/MM/YYYY.", "Kindly write the date as DD/MM/YYYY.", "I want you to convert the date to DD/MM/YYYY."),
    "slash_mdy": ("Write the date as MM/DD/YYYY.", "Convert the date to MM/DD/YYYY.", "Use the format MM/DD/YYYY.", "Rewrite as MM/DD/YYYY.",
                  "Give the date as month/day/year in numbers, MM/DD/YYYY.", "Format: MM/DD/YYYY."),
    "dots": ("Write the date as DD.MM.YYYY.", "Convert the date to DD.MM.YYYY.", "Use the format DD.MM.YYYY.", "Rewrite as DD.MM.YYYY.", "Give the date with dots, DD.MM.YYYY.",
             "Format: DD.MM.YYYY."),
    "long_dmy": ("Write the date in words like 31 December 1999.", "Use the form day month year, with the month in full.", "Rewrite it like this: 31 December 1999",
                 "Put the day first, then the month's name and the year.", "Convert it to the style '5 May 2005'.", "Format: 1 January 2001."),
    "long_mdy": ("Write the date like December 31, 1999.", "Use the American form with the month's full name first.", "Rewrite it like this: December 31, 1999",
                 "Put the month's name first, then the day, a comma and the year.", "Convert it to the style 'May 5, 2005'.", "Format: January 1, 2001."),
    "short": ("Write the date like 31 Dec 1999.", "Use the day, a three-letter month and the year.", "Rewrite it with a short month name, like 31 Dec 1999",
              "Shorten the month to three letters, day first.", "Convert it to the style '9 Sep 2005'.", "Format: 1 Jan 2001."),
    "compact": ("Write the date as YYYYMMDD.", "Convert the date to eight digits, YYYYMMDD.", "Use the format YYYYMMDD.", "Rewrite as YYYYMMDD.",
                "Give the date without separators, YYYYMMDD.", "Format: YYYYMMDD."),
    "year": ("Which year is this?", "Give only the year.", "What is the year in this date?", "Return the year.", "Name the year.", "Write the year only."),
    "month": ("Which month is this?", "Give only the month's name.", "What is the month in this date?", "Return the name of the month.", "Name the month.", "In which month is this date?"),
    "day": ("Which day of the month is this?", "Give only the day number.", "What is the day of the month in this date?", "Return the day of the month.",
            "Which number does the day have?", "Write the day of the month only."),
}
CLOCK_ASK: dict[str, tuple[str, ...]] = {
    "24h": ("Write the time on the 24-hour clock.", "Convert to 24-hour time.", "Use the 24-hour format.", "What is this on a 24-hour clock?", "Change it to HH:MM, 24 hours.",
            "Give the time without am and pm.", "Rewrite in 24-hour time.", "Now write the time on the 24-hour clock.", "Next, convert to 24-hour time."),
    "12h": ("Write the time with am or pm.", "Convert to 12-hour time.", "Use the 12-hour format.", "What is this on a 12-hour clock?", "Change it to the am/pm form.",
            "Give the time with am or pm.", "Rewrite in 12-hour time."),
}
NAME_ASK: dict[str, tuple[str, ...]] = {
    "last_first": ("Write it as last name, comma, first name.", "Put the last name first, with a comma.", "Format: Last, First.", "Rewrite as \"Last, First\".",
                   "Use the form Surname, First name.", "Give the name as in an index, last name first with a comma.", "Convert to 'Last, First'."),
    "initial_last": ("Shorten the first name to its initial.", "Write the initial, a dot and the last name.", "Format: F. Last.", "Rewrite as \"F. Last\".",
                     "Use only the initial of the first name.", "Abbreviate the first name."),
    "last_initial": ("Write the last name, then the initial with a dot.", "Format: Last F.", "Rewrite as \"Last F.\"", "Put the last name first and shorten the first name to its initial.",
                     "Surname first, then the initial.", "Use the form Last F."),
    "first_last": ("Write the first name before the last name, without a comma.", "Format: First Last.", "Rewrite as \"First Last\".", "Put the name in the usual order.",
                   "Turn 'Last, First' into 'First Last'.", "Use the normal order, first name first."),
    "first": ("What is the first name?", "Give the first name only.", "Return only the first name.", "Which first name is this?", "Keep just the first name.",
              "Drop the last name."),
    "last": ("What is the last name?", "Give the surname only.", "Return only the last name.", "Which family name is this?", "Keep just the last name.", "Drop the first name."),
    "upper_last": ("Write the last name in capitals, after the first name.", "Format: First LAST.", "Put only the surname in capital letters, first name first.", "Rewrite as \"First LAST\".",
                   "First name as usual, last name in upper case.", "Use capitals for the family name, and keep it last."),
    "handle": ("Make a user name: first.last in small letters.", "Format: first.last", "Write the name in lower case with a dot between first and last name.",
               "Turn the name into first.last, lower case.", "What is the login, in the form first.last?", "Build the account name as first.last in lower case.", "Please make a user name: first.last in small letters.", "Now write the name in lower case with a dot between first and last name."),
    "initials": ("Write the initials with dots, first name first.", "Give the initials with a dot after each.", "Format: F.L.", "Initials with dots, please.",
                 "Shorten to dotted initials.", "What are the dotted initials, first name first?"),
    "greeting": ("Write the greeting of a letter, 'Dear ...', with the first name.", "Start a letter to this person with Dear and the first name.",
                 "How do you open a letter, using Dear and the first name?", "Make it a salutation: Dear, first name, comma.", "Greet by first name, with Dear and a comma.",
                 "Write 'Dear' and the first name, followed by a comma."),
}
RECORD_ASK: dict[str, tuple[str, ...]] = {
    "lines_json": ("Convert to JSON.", "Write this as JSON.", "Turn the lines into a JSON object.", "Give the record as a JSON object.", "Rewrite as JSON.", "Make JSON of this.",
                   "Format the data as JSON.", "Return the same information as a JSON object.", "JSON, please."),
    "json_lines": ("Write one key: value per line.", "Turn the JSON into lines of key: value.", "Convert the JSON to plain lines.", "Rewrite as key: value lines.",
                   "Show each field on its own line as key: value.", "Unpack the JSON, one field a line.", "Kindly write one key: value per line.", "I want you to turn the JSON into lines of key: value."),
    "csv_json": ("Convert the CSV to a JSON object.", "Turn this CSV row into JSON.", "The first line is the header: write the row as a JSON object.", "CSV to JSON.",
                 "Give the CSV record as JSON.", "Make a JSON object from header and row."),
    "json_csv": ("Convert the JSON to CSV with a header line.", "Write this as CSV, header first.", "JSON to CSV.", "Turn the object into two CSV lines, keys and values.",
                 "Give the record as CSV with a header.", "Make a CSV of it: one header, one row."),
    "csv_lines": ("Turn the CSV into key: value lines.", "Write each CSV field as key: value on its own line.", "The first line is the header: write key: value lines.",
                  "Show the CSV row as lines of key: value.", "Unfold the CSV, one key: value a line.", "CSV to key: value lines."),
    "values_lines": ("Write each value on its own line.", "Split the CSV line: one value per line.", "Put the comma-separated values on separate lines.", "One value a line.",
                     "Break this at the commas, one piece per line.", "Turn the row into lines."),
    "lines_table": ("Make a Markdown table with the columns key and value.", "Turn this into a Markdown table (key, value).", "Write the record as a table in Markdown, key and value.",
                    "Show the lines as a Markdown table with a key and a value column.", "Markdown table, columns key and value.", "Table, please: key and value, in Markdown."),
    "keys": ("List the keys, separated by commas.", "Which keys does the object have?", "Give the names of the fields.", "Name all keys.", "What are the keys, in order?",
             "Write down the field names with commas.", "Please list the keys, separated by commas.", "Tell me, which keys does the object have?"),
    "lines_csv": ("Convert to CSV with a header line.", "Write the record as CSV: keys in the first line, values in the second.", "Lines to CSV, header first.",
                  "Make a header and a row, comma-separated.", "Give it as CSV with the keys on top.", "Turn the fields into CSV with a header."),
    "value": ("What is the {k}?", "Give the {k}.", "Return the value of {k}.", "Which value does {k} have?", "Look up the {k}.", "Read out the field {k}.", "Only the {k}, please.", "Kindly give the {k}.", "So, which value does {k} have?"),
}
LIST_JSON_ASK = (
    "Write the list as a JSON array.", "Convert to a JSON list.", "Turn these into a JSON array of strings.", "Give the items as a JSON list.", "Make a JSON array.",
    "Format the items as JSON.", "Return a JSON list of the items.", "As a JSON array, please.",
)
