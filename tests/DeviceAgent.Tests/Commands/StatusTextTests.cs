using DeviceAgent.Commands;
using DeviceAgent.Local;

namespace DeviceAgent.Tests.Commands;

public class StatusTextTests
{
    /// <summary>Any local program may put readings in, and the list is read on a terminal.</summary>
    [Fact]
    public void DeadLetter_TextsAreNotPrintable_AreFitForATerminal()
    {
        var line = StatusText.DeadLetter($$$"""{"serial_number":"a\u001b]0;x\u0007\tb","timestamp":"2026\u202e","{{{ReadingExport.DeadLetterName}}}":{"id":4,"reason":"bad\r\n\u2028words"}}""");
        Assert.Equal("4\ta ]0;x  b\t2026 \tbad   words", line);
    }
}
