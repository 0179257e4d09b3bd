"""What people say in a conversation: telling about themselves, asking back, correcting, small talk."""

from __future__ import annotations

from pocket_maker.corpus.world import phrasings

__all__ = ["SELF", "SAME_ASK", "OTHER_ASK", "CHANGED_ASK", "THANKS"]

# key -> ways to tell it, ways to ask for it, the answer, what is missing when it was not told
SELF: dict[str, tuple[tuple[str, ...], tuple[str, ...], str, str]] = {
    "name": (("My name is {v}.", "I'm {v}.", "I am {v}.", "Call me {v}.", "You can call me {v}.", "This is {v} speaking.", "{v} here.", "I go by {v}.", "Hello, I'm called {v}.", "Everyone calls me {v}.", "People know me as {v}."),
             ("What is my name?", "What's my name?", "Who am I?", "Do you remember my name?", "How am I called?", "Tell me my name.", "Say my name.", "What did I say my name was?"),
             "Your name is {v}.", "your name"),
    "color": (("My favorite color is {v}.", "I like {v} best of all colors.", "The color I love is {v}.", "For colors, I prefer {v}.", "{v} is my favorite color.", "I paint everything {v}, my favorite color."),
              ("What is my favorite color?", "Which color do I like best?", "Do you remember my favorite color?", "What color do I prefer?", "Tell me my favorite color.", "Which color is my favorite?", "Well, what is my favorite color?", "Please tell me: which color do I like best?"),
              "Your favorite color is {v}.", "your favorite color"),
    "city": (("I live in {v}.", "My home is in {v}.", "I'm based in {v}.", "I moved to {v} last year.", "I have lived in {v} for years.", "My apartment is in {v}.", "My city is {v}."),
             ("Where do I live?", "In which city do I live?", "Which city is my home?", "Do you remember where I live?", "What city am I based in?", "Tell me where I live.", "Tell me, where do I live?", "So, in which city do I live?"),
             "You live in {v}.", "where you live"),
    "job": (("My job is {v}.", "I work as: {v}.", "By profession: {v}.", "For a living, my title is {v}.", "On my card it says {v}; that is my job.", "My profession is {v}."),
            ("What is my job?", "What do I do for a living?", "What's my profession?", "Do you remember my job?", "Tell me what my job is.", "Which job do I have?"),
            "Your job is {v}.", "your job"),
    "team": (("I work in the {v} team.", "My team is {v}.", "I'm on the {v} team.", "I joined the {v} team.", "I belong to {v}, that is my team.", "They put me in the {v} team.", "I'm one of the {v} team.", "You find me in the {v} team.", "Since spring I have been in the {v} team."),
             ("Which team am I in?", "What is my team?", "What team do I work in?", "Do you remember my team?", "Tell me my team.", "In which team do I work?"),
             "You are in the {v} team.", "your team"),
    "code": (("My booking code is {v}.", "The code of my booking is {v}.", "I booked under {v}, that is the code.", "My code: {v}", "Please note my booking code: {v}", "For my booking I got the code {v}."),
             ("What is my booking code?", "Which code does my booking have?", "Do you remember my booking code?", "Give me my booking code.", "What was the code?", "Tell me the code of my booking."),
             "Your booking code is {v}.", "your booking code"),
    "number": (("My lucky number is {v}.", "I picked the number {v}.", "Keep the number {v} in mind for me.", "My number is {v}.", "The number I chose is {v}.", "Let my number be {v}."),
               ("What is my number?", "Which number did I choose?", "Do you remember my number?", "What number did I tell you?", "Tell me my number.", "What was the number?"),
               "Your number is {v}.", "your number"),
    "pet": (("My pet is called {v}.", "I have a pet named {v}.", "My cat is called {v}.", "My dog's name is {v}.", "We have a parrot, {v}.", "Our new pet is {v}."),
            ("What is the name of my pet?", "What is my pet called?", "How did I name my pet?", "Do you remember my pet's name?", "Which name does my pet have?", "Tell me the name of my pet."),
            "Your pet is called {v}.", "the name of your pet"),
    "room": (("My room is number {v}.", "I'm in room {v}.", "I stay in room {v}.", "They gave me room {v}.", "You find me in room {v}.", "I sit in room {v}."),
             ("What is my room number?", "Which room am I in?", "Do you remember my room?", "In what room am I?", "Tell me my room number.", "What room did I mention?"),
             "You are in room {v}.", "your room"),
    "friend": (("My best friend is {v}.", "{v} is my best friend.", "I have a best friend, {v}.", "The name of my best friend is {v}.", "My oldest and best friend is {v}.", "Nobody is a better friend to me than {v}."),
               ("Who is my best friend?", "What is the name of my best friend?", "Do you remember my best friend?", "Tell me who my best friend is.", "Name my best friend.", "Which friend did I mention?"),
               "Your best friend is {v}.", "who your best friend is"),
    "hobby": (("My hobby is {v}.", "I love {v}, it's my hobby.", "In my free time I enjoy {v}.", "On weekends I relax with {v}.", "I spend my evenings {v}.", "{v} is my hobby."),
              ("What is my hobby?", "Which hobby do I have?", "What do I do in my free time?", "Do you remember my hobby?", "Tell me my hobby.", "What do I enjoy doing?"),
              "Your hobby is {v}.", "your hobby"),
    "company": (("I work for {v}.", "My company is called {v}.", "My employer is {v}.", "The company I work for is {v}.", "I'm employed by {v}.", "I write on behalf of my company, {v}.", "I earn my money at {v}.", "I'm with {v}, that is my company.", "{v} pays my salary."),
                ("Which company do I work for?", "Who is my employer?", "What is my company called?", "Do you remember my company?", "Tell me the name of my company.", "For whom do I work?", "Now, which company do I work for?", "Please tell me: who is my employer?"),
                "You work for {v}.", "your company"),
    "day": (("My day off is {v}.", "I'm free on {v}, my day off.", "I never work on {v}.", "{v} is my day off.", "My free day is {v}.", "Every {v} I have off.", "I have {v} off.", "They give me {v} off.", "On {v} I stay at home, it's my day off.", "I take {v} off every week."),
            ("Which day do I have off?", "What is my day off?", "When am I off?", "Do you remember my free day?", "Tell me my day off.", "On which day do I not work?"),
            "Your day off is {v}.", "your day off"),
    "project": (("My project is called {v}.", "I'm working on a project named {v}.", "The name of my project is {v}.", "My new project is {v}.", "I lead the project {v}.", "We named my project {v}."),
                ("What is my project called?", "What is the name of my project?", "Which project do I work on?", "Do you remember my project?", "Tell me my project's name.", "Name my project."),
                "Your project is called {v}.", "the name of your project"),
    "food": (("My favorite food is {v}.", "I love eating {v} most.", "I could eat {v} every day, my favorite.", "{v} is my favorite food.", "Nothing tastes better to me than {v}.", "Of all food I like {v} best."),
             ("What is my favorite food?", "What do I like to eat best?", "Which food do I love most?", "Do you remember my favorite food?", "Tell me my favorite food.", "What food do I prefer?"),
             "Your favorite food is {v}.", "your favorite food"),
}
ACKNOWLEDGE = ("Noted.", "Got it.", "Okay, I will remember that.", "Thanks for telling me.", "All right.", "Good to know.", "Okay.")
CHANGED_ASK = ("Sorry, I was wrong.", "Actually, no.", "Correction:", "I made a mistake before.", "Wait, that was wrong.", "Let me correct that.", "No, that has changed.", "Oh, I mixed that up.",
               "Forget what I said.", "I need to correct myself.", "Update:", "That is no longer true.")
ONLY_ASK = ("Only the answer, please.", "No sentence.", "Short, please.", "Just the answer.", "In as few words as possible.", "Answer only.", "Don't write a sentence.", "Be brief: nothing else.", "The bare answer will do.", "One to three words, please.", "Keep it to the answer.")
SAME_ASK = ("No, I meant {x}.", "Sorry, I meant {x}.", "And for {x}?", "Now do the same with {x}.", "The same for {x}, please.", "What about {x}?", "And now {x}.", "I meant {x}, not that.", "Again, but for {x}.",
            "Next: {x}", "Now {x}.", "How about {x}?", "And {x}?", "Actually, I wanted {x}.", "Do it for {x} too.", "Please do this with {x} as well.", "Oh, my mistake, I meant {x}.", "One more: {x}",
            "Could you also do {x}?", "Same question for {x}.", "I should have said {x}.", "Try {x}.")
OTHER_ASK = phrasings("conversation_ask", "other_ask")
FIRST_ASK = ("What was my first question?", "What did I ask first?", "Repeat my first question.", "Which question did I start with?", "What did I say at the beginning?", "How did I start this conversation?",
             "Quote my first message.", "Tell me what I asked first.", "Copy the first thing I wrote.", "What was the first thing I asked you?")
LAST_ASK = ("What was your last answer?", "Repeat your last answer.", "What did you just say?", "Say that again.", "Quote your last reply.", "What did you answer?", "Your last answer again, please.",
            "Tell me your last answer again.", "I did not read your answer. Once more?", "Copy your last reply.")
REPEAT_ASK = ("Please repeat.", "Pardon?", "Again, please.", "Come again?", "Can you repeat that?", "Sorry, what was that?", "I missed that.", "Once more, please.")
TOLD = ("What do you know about me? One line each.", "List what I told you about myself, one line each.", "Repeat everything I said about myself, line by line.", "What have I told you about me? Use one line each.",
        "Sum up what you know about me, one fact per line.", "Write down all you know about me, a line for each fact.", "Which facts about me do you have? One per line.", "Tell me all you learned about me, line by line.")
GREET = ("Hello!", "Hi!", "Hi there.", "Good morning.", "Good evening!", "Hey.", "Hello there!", "Good afternoon.", "Greetings.", "Hi, are you there?", "Hello, can you help me?", "Hey there!", "Morning!", "Good day.")
THANKS = ("Thanks!", "Thank you.", "Thanks a lot!", "Thank you very much.", "Great, thanks.", "Perfect, thank you!", "Many thanks.", "Thx", "That helps, thanks.", "Very kind of you, thanks.", "Wonderful, thank you.",
          "Cheers!", "Thanks for your help.", "I appreciate it.", "Nice, thank you.", "Good answer, thanks.", "Thanks, that was quick.", "Awesome, thanks!")
BYE = ("Bye!", "Goodbye.", "See you.", "That's all, bye.", "I have to go now.", "See you tomorrow!", "Good night.", "So long!", "Bye for now.", "Take care!", "That was all. Goodbye!", "Have a nice day!")
IDENTITY: tuple[tuple[tuple[str, ...], str], ...] = (
    (("Who are you?", "What are you?", "What is your name?", "Tell me who you are.", "Introduce yourself.", "Are you a person?", "Am I talking to a human?", "What should I call you?", "Are you a robot?",
      "What kind of model are you?"), "I am the pocket model, a small language model."),
    (("How are you?", "How do you do?", "How is it going?", "Are you well?", "How are you today?", "What's up?", "Everything fine?", "How are things?"), "I am fine, thank you. How can I help?"),
    (("What can you do?", "What are you good at?", "How can you help me?", "What should I ask you?", "Which tasks can you do?", "What are your skills?", "What do you do?", "Name your abilities."),
     "I can answer short questions, read texts, sort lists, do sums and rewrite sentences."),
)
