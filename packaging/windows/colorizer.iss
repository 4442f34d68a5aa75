; Inno Setup: the installer of the Windows bundle. pack.py calls
;   iscc /DVersion=0.2.0 /DBundle=C:\...\dist\colorizer /DOut=C:\...\dist /DTypes=C:\...\types.iss colorizer.iss
; Inno Setup 6.3 or later. Types are lines for [Registry] that pack.py writes.
[Setup]
AppId={{7E0E4B57-6B0C-4D0E-9A53-2A9D6E3A7C11}
AppName=Colorizer
AppVersion={#Version}
DefaultDirName={autopf}\Colorizer
DefaultGroupName=Colorizer
PrivilegesRequired=lowest
PrivilegesRequiredOverridesAllowed=dialog
ArchitecturesAllowed=x64compatible
ArchitecturesInstallIn64BitMode=x64compatible
ChangesAssociations=yes
ChangesEnvironment=yes
Compression=lzma2
SolidCompression=yes
OutputDir={#Out}
OutputBaseFilename=Colorizer-{#Version}-setup
UninstallDisplayIcon={app}\colorizer-gui.exe
WizardStyle=modern

[Languages]
Name: "en"; MessagesFile: "compiler:Default.isl"
Name: "de"; MessagesFile: "compiler:Languages\German.isl"

[Tasks]
Name: "desktopicon"; Description: "{cm:CreateDesktopIcon}"; Flags: unchecked
Name: "path"; Description: "Let terminals find the command colorizer"; Flags: unchecked

[InstallDelete]
; What an earlier version had and this one lacks; two versions of a library would be found.
Type: filesandordirs; Name: "{app}\_internal"

[Files]
Source: "{#Bundle}\*"; DestDir: "{app}"; Flags: recursesubdirs ignoreversion

[Icons]
Name: "{group}\Colorizer"; Filename: "{app}\colorizer-gui.exe"
Name: "{autodesktop}\Colorizer"; Filename: "{app}\colorizer-gui.exe"; Tasks: desktopicon

[Registry]
; "Open with" for photos and films; no file type is taken over.
#include Types
Root: HKA; Subkey: "Software\Classes\Applications\colorizer-gui.exe"; ValueType: string; ValueName: "FriendlyAppName"; ValueData: "Colorizer"; Flags: uninsdeletekey
Root: HKA; Subkey: "Software\Classes\Applications\colorizer-gui.exe\shell\open\command"; ValueType: string; ValueData: """{app}\colorizer-gui.exe"" ""%1"""
Root: HKA; Subkey: "Software\Classes\SystemFileAssociations\image\shell\Colorizer"; ValueType: string; ValueData: "Colorizer"; Flags: uninsdeletekey
Root: HKA; Subkey: "Software\Classes\SystemFileAssociations\image\shell\Colorizer\command"; ValueType: string; ValueData: """{app}\colorizer-gui.exe"" ""%1"""
Root: HKA; Subkey: "Software\Classes\SystemFileAssociations\video\shell\Colorizer"; ValueType: string; ValueData: "Colorizer"; Flags: uninsdeletekey
Root: HKA; Subkey: "Software\Classes\SystemFileAssociations\video\shell\Colorizer\command"; ValueType: string; ValueData: """{app}\colorizer-gui.exe"" ""%1"""

[Run]
Filename: "{app}\colorizer-gui.exe"; Description: "{cm:LaunchProgram,Colorizer}"; Flags: nowait postinstall skipifsilent

[Code]
const Key = 'Environment';

{ The folder joins the person's own path; the uninstaller takes it out again. }
procedure ChangePath(Add: Boolean);
var
  Before, Folders, Own: String;
  Place: Integer;
begin
  Own := ';' + ExpandConstant('{app}') + ';';
  if not RegQueryStringValue(HKCU, Key, 'Path', Before) then Before := '';
  Folders := ';' + Before + ';';
  repeat
    Place := Pos(Lowercase(Own), Lowercase(Folders));
    if Place > 0 then Delete(Folders, Place, Length(Own) - 1);
  until Place = 0;
  if Add then Folders := Folders + Copy(Own, 2, Length(Own) - 1);
  while Pos(';', Folders) = 1 do Delete(Folders, 1, 1);
  if (Folders <> '') and (Folders[Length(Folders)] = ';') then
    SetLength(Folders, Length(Folders) - 1);
  if Folders = '' then RegDeleteValue(HKCU, Key, 'Path')
  else if Folders <> Before then RegWriteExpandStringValue(HKCU, Key, 'Path', Folders);
end;

procedure CurStepChanged(Step: TSetupStep);
begin
  if (Step = ssPostInstall) and WizardIsTaskSelected('path') then ChangePath(True);
end;

procedure CurUninstallStepChanged(Step: TUninstallStep);
begin
  if Step = usPostUninstall then ChangePath(False);
end;
