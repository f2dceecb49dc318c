extension EndingTable {
  /// The tables by language, for all languages of Parakeet TDT 0.6B v3.
  ///
  /// Particles that end commands ("on", "aus", "på") are missing from the open words on purpose.
  static let tables: [String: EndingTable] = [
    "bg": EndingTable(
      open: "в във на за от до с със и или че към под над при без през по моя моята моите",
      openers: "включи изключи пусни спри постави добави отвори затвори какво колко кога къде кой как",
      indirect: "постави добави"),
    "cs": EndingTable(
      open: "v ve na do z ze s se k ke o u od pro při po pod nad a i nebo že můj moje mou moji",
      openers: "zapni vypni rozsviť zhasni nastav pusť přidej otevři zavři jak jaké kolik kdy kde kdo co",
      indirect: "nastav přidej",
      commands: """
        stop, pauza, dál, další, zruš, hlasitěji, tišeji, ano, ne, díky, dobrou noc, pomoc
        """,
      measures: "na"),
    "da": EndingTable(
      open: "i en et og eller at for fra hos ved min mit mine den det de",
      openers: "tænd sluk sæt stop start afspil tilføj åbn luk hvad hvor hvornår hvem hvordan er",
      indirect: "sæt tilføj",
      commands: """
        stop, pause, fortsæt, næste, annuller, højere, lavere, ja, nej, tak, godnat, hjælp
        """,
      measures: "på"),
    "de": EndingTable(
      open: """
        der die den dem des ein eine einen einem einer im in am vom von für und oder bei beim zur zum mein meine meinen \
        meinem meiner dein deine ins unter über zwischen dass ob weil wenn bis seit
        """,
      openers: """
        schalte schalt mach mache stell stelle setze dimme spiel spiele öffne schließe starte stoppe füge erinnere ruf \
        rufe wie was wann wo wer welche welcher ist sind
        """,
      indirect: "schalte schalt mach mache stell stelle setze füge erinnere ruf rufe",
      commands: """
        stopp, stop, halt, pause, weiter, nächstes lied, abbrechen, lauter, leiser, ja, nein, danke, \
        gute nacht, guten morgen, licht an, licht aus, hilfe
        """,
      unfinished: """
        schalte, mach, mache, stell, stelle, stell einen timer, stelle einen timer, stell einen wecker, \
        stelle einen wecker, spiel, spiele, ruf, rufe, wie ist, was ist, wie, erinnere mich
        """,
      measures: "für auf in",
      numbers:
        "eins zwei drei vier fünf sechs sieben acht neun zehn elf zwölf fünfzehn zwanzig dreißig vierzig fünfzig"
    ),
    "el": EndingTable(
      open: "ο η το οι τα τον την του της των στο στη στην στον στα στις για και με από ή μου ένα μια",
      openers: "άναψε σβήσε βάλε παίξε σταμάτα άνοιξε κλείσε πρόσθεσε τι πόσο πού πότε ποιος πώς",
      indirect: "βάλε πρόσθεσε"),
    "en": EndingTable(
      open: """
        a an the my your our their and or but of with to for from in at by into onto than because if is are was were be \
        which it's what's where's who's whose some any every except i'd i'll i'm we're
        """,
      openers: """
        turn switch set start stop pause resume play add remove delete open close lock unlock dim brighten raise lower \
        increase decrease make put tell show remind call wake cancel skip mute ask send read what what's when where \
        who how is are will does do did can could would
        """,
      indirect: "set add remove delete make put tell show remind wake ask send",
      commands: """
        stop, pause, resume, continue, next, previous, skip, cancel, mute, unmute, louder, quieter, yes, \
        no, okay, thanks, thank you, never mind, good night, good morning, lights on, lights off, help, \
        snooze, next song, volume up, volume down
        """,
      unfinished: """
        turn, turn on, turn off, turn up, turn down, switch, switch on, switch off, set, set a timer, set an alarm, \
        set timer, set alarm, start a timer, remind me, wake me, wake me up, what, how, how much, how many, how long, \
        when, where, who, play, call, add, put, tell, tell me, ask, dim, raise, lower, increase, decrease, change, make, \
        send, show, show me, read, lock, unlock, open, close, cancel, set the temperature, set the brightness, \
        set the volume, change the temperature, how long until
        """,
      measures: "for in",
      numbers: """
        one two three four five six seven eight nine ten eleven twelve fifteen twenty thirty forty forty-five fifty \
        ninety
        """),
    "es": EndingTable(
      open: """
        el la los las un una unos unas mi mis tu tus su sus y e o u de del al a en con por para sin sobre desde hasta \
        que es son está están cuando si porque pero muy este esta menos excepto salvo
        """,
      openers: """
        enciende apaga pon ponme quita sube baja abre cierra para detén reproduce añade agrega borra elimina cancela \
        recuérdame llama despiértame dime muestra activa desactiva cambia qué cuál cuánto cuánta cuándo dónde quién cómo
        """,
      indirect: "pon ponme añade agrega borra elimina recuérdame despiértame dime cambia",
      commands: """
        para, pausa, sigue, continúa, siguiente, anterior, silencio, más alto, más bajo, sí, no, vale, \
        gracias, déjalo, buenas noches, buenos días, luces apagadas, ayuda, basta, siguiente canción
        """,
      unfinished: """
        enciende, apaga, pon, ponme, quita, sube, baja, abre, cierra, reproduce, añade, agrega, cancela, recuérdame, \
        llama, despiértame, dime, muestra, activa, desactiva, cambia, qué, cuál, cuánto, cuándo, dónde, quién, cómo, \
        pon un temporizador, pon una alarma, pon un recordatorio, pon la alarma, cuánto tiempo, cuál es, qué es, \
        cómo está
        """,
      measures: "por de durante en",
      numbers: """
        un una uno dos tres cuatro cinco seis siete ocho nueve diez once doce quince veinte treinta cuarenta cincuenta
        """),
    "et": EndingTable(
      open: "ja või et ning kui minu",
      openers: "lülita pane ava sulge lisa mängi peata mis kui kus kes millal kuidas",
      indirect: "pane lisa"),
    "fi": EndingTable(
      open: "ja tai että sekä minun",
      openers:
        "sytytä sammuta laita aseta avaa sulje lisää soita pysäytä mikä mitä kuinka missä kuka milloin miten",
      indirect: "laita aseta lisää",
      commands: """
        seis, tauko, jatka, seuraava, peruuta, kovempaa, hiljempaa, kyllä, ei, kiitos, hyvää yötä, apua
        """),
    "fr": EndingTable(
      open: """
        le la les l' un une des du de d' au aux à et ou en dans sur sous avec sans pour par chez mon ma mes ton ta tes \
        son sa ses notre nos que qu' est sont quel quelle ce cette si
        """,
      openers: """
        allume éteins mets mettez règle baisse augmente monte ouvre ferme lance joue arrête ajoute supprime annule \
        rappelle appelle réveille dis quel quelle quels quelles combien quand où qui comment est-ce
        """,
      indirect: "mets mettez règle ajoute supprime rappelle réveille dis",
      commands: """
        stop, pause, continue, suivant, précédent, annule, plus fort, moins fort, oui, non, merci, \
        bonne nuit, bonjour, aide
        """,
      unfinished: """
        allume, éteins, mets, règle, baisse, augmente, monte, ouvre, ferme, lance, joue, ajoute, appelle, rappelle-moi, \
        mets un minuteur, mets une alarme, combien, quand, où, qui, comment, quel temps
        """,
      measures: "pour dans pendant de",
      numbers:
        "un deux trois quatre cinq six sept huit neuf dix onze douze quinze vingt trente quarante cinquante"),
    "hr": EndingTable(
      open: "u na za od do iz s sa i ili da k o po pod nad moj moja moje",
      openers:
        "uključi isključi upali ugasi postavi pusti dodaj otvori zatvori što koliko kada gdje tko kako",
      indirect: "postavi dodaj",
      measures: "na"),
    "hu": EndingTable(
      open: "a az egy és vagy hogy mert ha",
      openers: "kapcsold kapcsolj állítsd állíts indíts játssz add nyisd zárd mi mennyi mikor hol ki hogyan",
      indirect: "kapcsold kapcsolj állítsd állíts add"),
    "it": EndingTable(
      open: """
        il lo la i gli le l' un uno una un' di del dello della dei degli delle a al allo alla ai agli alle da dal dalla in \
        nel nella nei con su sul sulla per tra fra e o che è sono mio mia miei mie tuo tua se
        """,
      openers: """
        accendi spegni imposta metti alza abbassa apri chiudi avvia riproduci ferma aggiungi rimuovi annulla ricordami \
        chiama svegliami dimmi che cosa qual quale quanto quando dove chi come
        """,
      indirect: "imposta metti aggiungi rimuovi ricordami svegliami dimmi",
      commands: """
        stop, basta, pausa, continua, avanti, indietro, annulla, più forte, più piano, sì, no, grazie, \
        buonanotte, buongiorno, aiuto
        """,
      unfinished: """
        accendi, spegni, imposta, metti, alza, abbassa, apri, chiudi, avvia, riproduci, aggiungi, chiama, ricordami, \
        imposta un timer, imposta una sveglia, metti un timer, che, quanto, quando, dove, chi, come, qual è
        """,
      measures: "per di tra",
      numbers:
        "uno due tre quattro cinque sei sette otto nove dieci undici dodici quindici venti trenta quaranta cinquanta"
    ),
    "lt": EndingTable(
      open: "ir ar su iš į ant prie nuo iki be kad mano",
      openers: "įjunk išjunk nustatyk paleisk pridėk atidaryk uždaryk kas kiek kada kur kaip",
      indirect: "nustatyk pridėk"),
    "lv": EndingTable(
      open: "un vai ar no uz par pie bez ka mans mana",
      openers: "ieslēdz izslēdz iestati atskaņo pievieno atver aizver kas cik kad kur kā",
      indirect: "iestati pievieno", measures: "uz"),
    "mt": EndingTable(
      open: "il l' u ta ta' fi f' għal minn ma' jew li bi b'",
      openers: "ixgħel itfi iftaħ agħlaq żid x' kemm meta fejn min kif",
      indirect: "żid"),
    "nl": EndingTable(
      open: "de het een van voor en of bij naar mijn jouw zijn onze dat als omdat om te is",
      openers: """
        zet doe maak schakel speel stop start voeg open sluit dim herinner bel wat hoe hoeveel wanneer waar wie welke is
        """,
      indirect: "zet doe maak schakel voeg herinner",
      commands: """
        stop, pauze, verder, volgende, vorige, annuleer, harder, zachter, ja, nee, bedankt, welterusten, \
        goedemorgen, licht aan, licht uit, help
        """,
      unfinished:
        "zet, zet een timer, zet een wekker, doe, speel, bel, herinner me, wat, hoe, hoeveel, wanneer, waar, wie",
      measures: "voor op",
      numbers:
        "een twee drie vier vijf zes zeven acht negen tien elf twaalf vijftien twintig dertig veertig vijftig"
    ),
    "pl": EndingTable(
      open: "w we na do z ze od o u dla przy po pod nad i a lub albo że mój moja moje moją",
      openers:
        "włącz wyłącz zapal zgaś ustaw puść dodaj otwórz zamknij jaka jaki jakie ile kiedy gdzie kto co jak",
      indirect: "ustaw dodaj",
      commands: """
        stop, pauza, dalej, następny, anuluj, głośniej, ciszej, tak, nie, dziękuję, dobranoc, pomoc
        """,
      measures: "na"),
    "pt": EndingTable(
      open: """
        o os a as um uma uns umas de do da dos das em no na nos nas ao à aos às por pelo pela para pra com sem sobre e ou que \
        é são meu minha meus minhas seu sua se
        """,
      openers: """
        liga ligue acende acenda apaga apague desliga desligue põe coloca coloque define aumenta diminui abre abra fecha \
        feche toca toque para pare adiciona cancela lembra qual quanto quando onde quem como que
        """,
      indirect: "põe coloca coloque define adiciona lembra",
      commands: """
        para, pare, pausa, continua, próxima, anterior, cancela, mais alto, mais baixo, sim, não, obrigado, \
        boa noite, bom dia, ajuda
        """,
      unfinished: """
        liga, ligue, acende, acenda, apaga, apague, desliga, desligue, coloca, coloque, toca, toque, abre, fecha, \
        quanto, quando, onde, quem, como, qual é, que
        """,
      measures: "por de para durante",
      numbers:
        "um dois três quatro cinco seis sete oito nove dez onze doze quinze vinte trinta quarenta cinquenta"),
    "ro": EndingTable(
      open: "în pe la de din cu fără pentru și sau că un o ale mea meu mei să",
      openers:
        "aprinde stinge pornește oprește setează pune redă adaugă deschide închide ce cât când unde cine cum",
      indirect: "setează pune adaugă",
      measures: "pentru la"),
    "ru": EndingTable(
      open: "в во на за из с со к ко о об у от до для при по под над и или а но что мой моя моё мои",
      openers:
        "включи выключи зажги погаси поставь установи добавь открой закрой какая какой сколько когда где кто что как",
      indirect: "поставь установи добавь",
      commands: """
        стоп, пауза, дальше, следующая, отмена, громче, тише, да, нет, спасибо, спокойной ночи, помощь
        """,
      measures: "на"),
    "sk": EndingTable(
      open: "v vo na do z zo s so k ku o u od pre pri po pod nad a i alebo že môj moja moje moju",
      openers: "zapni vypni zasvieť zhasni nastav pusti pridaj otvor zatvor aké koľko kedy kde kto čo ako",
      indirect: "nastav pridaj",
      measures: "na"),
    "sl": EndingTable(
      open: "v na za od do iz s z in ali da k o po pod nad pri moj moja moje",
      openers:
        "prižgi ugasni vklopi izklopi nastavi predvajaj dodaj odpri zapri kaj koliko kdaj kje kdo kako",
      indirect: "nastavi dodaj",
      measures: "na za"),
    "sv": EndingTable(
      open: "i en ett och eller att för från hos vid min mitt mina den det de",
      openers: "tänd släck sätt stäng öppna spela stoppa starta lägg vad hur när var vem är",
      indirect: "sätt lägg",
      commands: """
        stopp, paus, fortsätt, nästa, avbryt, högre, lägre, ja, nej, tack, god natt, hjälp
        """, measures: "på"),
    "uk": EndingTable(
      open: "в у на за з із зі до від для при по під над і й та або що мій моя моє мої",
      openers:
        "увімкни вимкни запали постав встанови додай відкрий закрий яка який скільки коли де хто що як",
      indirect: "постав встанови додай",
      commands: """
        стоп, пауза, далі, наступна, скасуй, голосніше, тихіше, так, ні, дякую, на добраніч, допомога
        """,
      measures: "на"),
  ]
}
