"""The reader of C++ headers, on a header that has what is hard to read."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from SlicerStandIn import api

READER = Path(api.__file__).parent / "tools" / "read_headers.py"
HEADER = """
/// class ctkDial : public QWidget { Q_OBJECT };
#define WIDE \\
  class
class ctkDialPrivate;
class CTK_WIDGETS_EXPORT ctkDial : public QWidget, public ctkBase
{
  Q_OBJECT
  Q_FLAGS(Sides)
  Q_PROPERTY (double value READ value WRITE setValue NOTIFY valueChanged)
  Q_PROPERTY(QString text READ text)
public:
  enum Side { Left = 1, Right = (1 << 2) };
  Q_DECLARE_FLAGS(Sides, Side)
  enum Hidden { Never };
  explicit ctkDial(QWidget* parent = nullptr);
  virtual ~ctkDial();
  double value() const { return this->Value; }
  Q_INVOKABLE QList<int> steps(const QMap<QString, int>& of = {}, const char* name = "a,b");
  virtual void mark(const QStringList places) const;
public Q_SLOTS:
  void setValue(double value, bool quietly = false);
protected slots:
  void update();
Q_SIGNALS:
  void valueChanged(double);
private:
  Q_DISABLE_COPY(ctkDial);
};
"""
DECORATORS = """
class ctkWidgetsPythonQtDecorators : public QObject
{
  Q_OBJECT
public Q_SLOTS:
  ctkPlain* new_ctkPlain(const QString& name) { return new ctkPlain(name); }
  void delete_ctkPlain(ctkPlain* o) { delete o; }
  QString static_ctkPlain_words(int count = 0) { return ""; }
  void rename(ctkPlain* o, const QString& name) { o->rename(name); }
};
"""


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    place = tmp_path_factory.mktemp("sources")
    widgets = place / "CTK" / "Libs" / "Widgets"
    widgets.mkdir(parents=True)
    (widgets / "ctkDial.h").write_text(HEADER)
    (widgets / "ctkWidgetsPythonQtDecorators.h").write_text(DECORATORS)
    sources = ["--ctk", place / "CTK", "--slicer", place / "Slicer"]
    subprocess.run([sys.executable, READER, *sources, "--out", place / "api.json"], check=True)
    return json.loads((place / "api.json").read_text())


def test_reads_a_widget(found):
    assert found["ctkDial"] == {
        "base": "QWidget",
        "bases": ["QWidget", "ctkBase"],
        "header": "CTK/Libs/Widgets/ctkDial.h",
        "qobject": True,
        "python_ctor": "(QWidget*)",
        "properties": {"value": "double", "text": "QString"},
        "readonly": ["text"],
        "signals": ["valueChanged(double)"],
        "slots": ["setValue(double,bool)/1"],
        "invokables": ["QList<int> steps(QMap<QString,int>,const char*)/0"],
        "decorated": [],
        "statics": [],
        "enums": {"Side": ["Left", "Right"]},
        "ctors": ["ctkDial(QWidget*)/0"],
        "cpp_only": ["value()", "mark(QStringList)"],
    }


def test_reads_decorators(found):
    plain = found["ctkPlain"]
    assert (plain["python_ctor"], plain["qobject"]) == ("(QString)", False)
    assert (plain["statics"], plain["decorated"]) == (["words(int)/0"], ["rename(QString)"])
    assert sorted(found) == ["ctkDial", "ctkPlain"]


def test_stand_in_reads_it(found):
    assert set(found["ctkDial"]) == set(api._files()[0]["ctkCollapsibleButton"])
    (slot,) = map(api.Function.parse, found["ctkDial"]["slots"])
    assert slot.signatures == ["setValue(double)", "setValue(double,bool)"]
